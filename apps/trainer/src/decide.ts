import { ProblemError, type ArtifactRef, type PipelineSpec, type ThresholdSpec } from "@millrace/contracts";
import {
  applyCalibration,
  bestThreshold,
  calibrateOutOfFold,
  decodeNpy,
  evaluateProbabilities,
  seededRandom,
  type CalibrationState,
  type Matrix,
} from "@millrace/learning";
import type { StepContext } from "@millrace/service";
import { concatenated } from "./concatenate.js";
import type { Transformed } from "./load-arrays.js";

type Spec = Pick<PipelineSpec, "target" | "split" | "calibrate" | "threshold">;
type Goal = Parameters<typeof bestThreshold>[1];

/** What models that had not seen them said of the training rows. */
export interface OutOfFold {
  readonly labels: Int32Array;
  /** rows × classes */
  readonly probabilities: Float64Array;
  readonly weights?: Float64Array;
  readonly classes: readonly string[];
  readonly positive?: string;
}

/** How the winner's outputs become predictions. */
export interface Decision {
  readonly calibration?: CalibrationState;
  readonly threshold?: number;
  /** Calibrated, where that is asked for. */
  readonly outOfFold: OutOfFold;
  /** The metrics with it, and without. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly plain: Readonly<Record<string, number>>;
}

/** Refused before anything is fitted: more than two classes have no threshold. */
export function refuseThreshold({ classes }: Pick<Transformed, "classes">, { threshold, target }: Spec): void {
  if (threshold === undefined || classes.length === 2) return;
  throw new ProblemError({
    code: "THRESHOLD_NEEDS_TWO_CLASSES",
    where: "threshold",
    message: `${target.column} has ${classes.length} classes: the likeliest is predicted, and there is no threshold.`,
    remedy: "Leave `threshold` out of pipeline.yaml.",
  });
}

/** Calibration and threshold of the winner, from the rows of the folds. */
export function decide(outOfFold: OutOfFold, { calibrate, threshold, split }: Spec): Decision {
  const random = seededRandom(split.seed).fork("calibration");
  const state = calibrate === "none" ? undefined : calibrateOutOfFold(calibrate, outOfFold, { random }).state;
  const probabilities = state ? applyCalibration(state, outOfFold.probabilities) : outOfFold.probabilities;
  const calibrated = { ...outOfFold, probabilities };
  const from = threshold === undefined ? undefined : thresholdOf(calibrated, threshold);
  return {
    ...(state && { calibration: state }),
    ...(from !== undefined && { threshold: from }),
    outOfFold: calibrated,
    metrics: evaluateProbabilities({ ...calibrated, threshold: from }),
    plain: evaluateProbabilities(outOfFold),
  };
}

function thresholdOf({ labels, probabilities, weights, ...decision }: OutOfFold, spec: NonNullable<ThresholdSpec>) {
  if (typeof spec === "number") return spec;
  const code = decision.positive === undefined ? 1 : decision.classes.indexOf(decision.positive);
  const scores = Float64Array.from(labels, (_, row) => probabilities[row * 2 + code]!);
  const isPositive = Uint8Array.from(labels, (label) => (label === code ? 1 : 0));
  return bestThreshold({ scores, isPositive, weights }, goalOf(spec)).threshold;
}

function goalOf(spec: Exclude<NonNullable<ThresholdSpec>, number>): Goal {
  if ("cost" in spec) return { kind: "cost", ...spec.cost };
  if ("precision" in spec) return { kind: "precision", at_least: spec.precision };
  if ("recall" in spec) return { kind: "recall", at_least: spec.recall };
  if ("beta" in spec) return { kind: "f-beta", beta: spec.beta };
  if (spec.optimise === "f1") return { kind: "f-beta" };
  return { kind: spec.optimise === "youden" ? "youden" : "balanced-accuracy" };
}

/** The rows of all folds one behind the other, with what the winner's jobs said of them. */
export async function loadOutOfFold(
  parts: readonly ArtifactRef[],
  { folds, classes }: Transformed,
  { artifacts, pipeline }: { artifacts: Pick<StepContext["artifacts"], "get">; pipeline: Spec },
): Promise<OutOfFold> {
  const load = async (ref: ArtifactRef) => decodeNpy(await artifacts.get(ref));
  const said = (await Promise.all(parts.map(load))) as Matrix[];
  const labels = (await Promise.all(folds.map(({ test }) => load(test.y)))) as Int32Array[];
  const weights = folds.flatMap(({ test }) => test.weights ?? []);
  const loaded = (await Promise.all(weights.map(load))) as Float64Array[];
  return {
    labels: concatenated(labels),
    probabilities: concatenated(said.map(({ values }) => values as Float64Array)),
    ...(loaded.length > 0 && { weights: concatenated(loaded) }),
    ...{ classes, positive: pipeline.target.positive },
  };
}
