import { fitBuckets } from "./buckets.js";
import { categoriesOf, categoriesOfNumbers, countsOf } from "./categories-of.js";
import { fitClip } from "./clip.js";
import { presentOf } from "./column-statistics.js";
import { fitEncoder } from "./encoders.js";
import { fillText, fitFill } from "./impute.js";
import { transformOf } from "./number-transforms.js";
import type { ColumnPlan } from "./plan-columns.js";
import { fitPower } from "./power.js";
import { notEncoded, nothingToLearn, valueMissing } from "./preprocess-problem.js";
import type { ScaleNumeric } from "./preprocess-steps.js";
import type { ChainState, NumberStepState } from "./preprocessor-state.js";
import { fitQuantiles } from "./quantile-transform.js";
import { fitScale } from "./scale.js";
import type { SourceColumn, TextSource } from "./source-columns.js";
import type { Target } from "./target-encode.js";

export interface ChainTask {
  readonly column: string;
  readonly plan: ColumnPlan;
  readonly source: SourceColumn;
  /** The values after an imputer that looks at several columns; the source's own where there is none. */
  readonly filled?: Float32Array;
  readonly target?: Target;
  readonly seed: number;
}

/** Learns what one column goes through, each step from what the steps before it give. */
export const fitChain = (task: ChainTask): ChainState =>
  task.source.kind === "number" ? fitNumbers(task, task.source.values) : fitTexts(task, task.source);

function fitNumbers(task: ChainTask, values: Float32Array): ChainState {
  const { column, plan, target, filled = values } = task;
  const present = presentOf(filled);
  const impute = plan.fillNumbers;
  if (present.length < filled.length && !impute) throw valueMissing(column, "number");
  if (present.length === 0 && !(impute?.with === "constant" || impute?.with === "keep")) throw nothingToLearn(column);
  const { steps, work } = fitSteps(task, present, filled);
  return {
    ...{ column, kind: "number", missing: impute ? "taken" : "refused", steps, fill: null },
    indicator: impute?.indicators === true && values.some(Number.isNaN),
    encoder: plan.encode ? fitEncoder(categoriesOfNumbers(work), plan.encode, target, column) : null,
  };
}

/** Each step is fitted on what the ones before it give; `work` is what goes into an encoder. */
function fitSteps(task: ChainTask, present: Float32Array, filled: Float32Array) {
  const { fillNumbers: impute, encode } = task.plan;
  const steps: NumberStepState[] = [];
  const fills = impute !== undefined && impute.with !== "keep" && impute.with !== "knn";
  if (fills) steps.push(fitFill(present, impute));
  let work = filled;
  const follow = (step: NumberStepState | undefined) => {
    if (!step) return;
    if (work === filled) work = filled.slice();
    transformOf(step).apply(step, work);
  };
  for (const fit of laterSteps(task)) {
    follow(steps.at(-1));
    steps.push(fit(fills ? work : presentOf(work)));
  }
  if (encode) follow(steps.at(-1));
  return { steps, work };
}

type FitStep = (present: Float32Array) => NumberStepState;

/** A column that is cut into buckets or encoded is not scaled. */
function laterSteps({ plan: { clip, scale, buckets, encode }, seed }: ChainTask): FitStep[] {
  const steps: FitStep[] = [];
  if (clip) steps.push((present) => fitClip(present, clip));
  if (buckets) steps.push((present) => fitBuckets(present, buckets));
  else if (scale && scale.with !== "none" && !encode) steps.push(scaleBy(scale, seed));
  return steps;
}

function scaleBy(step: ScaleNumeric, seed: number): FitStep {
  const how = step.with;
  if (how === "power") return fitPower;
  if (how === "quantile") return (present) => fitQuantiles(present, step, seed);
  return (present) => fitScale(present, how as Exclude<typeof how, "none">);
}

function fitTexts({ column, plan, target }: ChainTask, source: TextSource): ChainState {
  const { fillTexts: impute, encode } = plan;
  if (!encode) throw notEncoded(column);
  const missing = source.codes.includes(-1);
  if (missing && !impute) throw valueMissing(column, "text");
  const counts = countsOf(source.codes, source.dictionary.length);
  const empty = counts.at(-1) === source.codes.length;
  if (empty && !(impute?.with === "constant" || impute?.with === "keep")) throw nothingToLearn(column);
  const fill = impute ? fillText(source.dictionary, counts, impute) : null;
  return {
    ...{ column, kind: "text", missing: impute ? "taken" : "refused", steps: [], fill },
    indicator: impute?.indicators === true && missing,
    encoder: fitEncoder(categoriesOf(source, fill), encode, target, column),
  };
}
