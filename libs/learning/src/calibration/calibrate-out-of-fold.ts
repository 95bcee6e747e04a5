import { ProblemError } from "@millrace/contracts";
import { evaluateProbabilities } from "../metrics/metrics.js";
import type { Random } from "../data/random.js";
import {
  applyCalibration,
  fitCalibration,
  type CalibrationData,
  type CalibrationMethod,
  type CalibrationState,
  type PlattScale,
} from "./calibration.js";

const FOLDS = 5;

export interface OutOfFoldCalibration {
  readonly state: CalibrationState;
  /** How many rows had predictions of a model that had not seen them. */
  readonly rows: number;
  readonly before: Record<string, number>;
  /** What it would be on rows that the calibration has not seen either, by folds among those rows. */
  readonly after: Record<string, number>;
  /** Whether the log loss is lower after it. */
  readonly helps: boolean;
}

/** Calibrates with the predictions that cross-validation made for rows its models had not seen; NaN where there are none. */
export function calibrateOutOfFold(
  method: CalibrationMethod,
  outOfFold: CalibrationData,
  options: { readonly random: Random; readonly scale?: PlattScale },
): OutOfFoldCalibration {
  const known = Array.from(outOfFold.labels.keys()).filter(
    (row) => !Number.isNaN(outOfFold.probabilities[row * outOfFold.classes.length]!),
  );
  const data = takeRows(outOfFold, known);
  const state = fitCalibration(method, data, options);
  const before = evaluateProbabilities(data);
  const after = evaluateProbabilities({ ...data, probabilities: crossFitted(method, data, options) });
  return { state, rows: known.length, before, after, helps: after.log_loss! < before.log_loss! };
}

/** Each fold of rows calibrated by what was fitted on the others. */
function crossFitted(
  method: CalibrationMethod,
  data: CalibrationData,
  options: { readonly random: Random; readonly scale?: PlattScale },
): Float64Array {
  const foldOf = dealt(data, options.random.fork("folds"));
  const width = data.classes.length;
  const calibrated = new Float64Array(data.probabilities.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rows = [...foldOf.keys()];
    const held = rows.filter((row) => foldOf[row] === fold);
    const others = rows.filter((row) => foldOf[row] !== fold);
    const state = fitCalibration(method, takeRows(data, others), options);
    const probabilities = applyCalibration(state, takeRows(data, held).probabilities);
    held.forEach((row, index) =>
      calibrated.set(probabilities.subarray(index * width, (index + 1) * width), row * width),
    );
  }
  return calibrated;
}

/** The fold of each row; the rows of each class are dealt in turn. */
function dealt({ labels, classes }: CalibrationData, random: Random): Uint8Array {
  const foldOf = new Uint8Array(labels.length);
  classes.forEach((name, code) => {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === code);
    if (rows.length < 2) throw tooFew(name, rows.length);
    random.shuffle(rows).forEach((row, turn) => (foldOf[row] = turn % FOLDS));
  });
  return foldOf;
}

function takeRows({ labels, probabilities, classes, weights }: CalibrationData, rows: readonly number[]) {
  const width = classes.length;
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, index) => taken.set(probabilities.subarray(row * width, (row + 1) * width), index * width));
  return {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    probabilities: taken,
    classes,
    weights: weights && Float64Array.from(rows, (row) => weights[row]!),
  };
}

const tooFew = (name: string, rows: number): ProblemError =>
  new ProblemError({
    code: "CALIBRATION_ROWS_TOO_FEW",
    message: `only ${rows} row of the class ${name} has an out-of-fold prediction.`,
    remedy: "Calibrate with at least two rows of each class; some hundreds are sensible.",
  });
