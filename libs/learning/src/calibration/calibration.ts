import { ProblemError } from "@millrace/contracts";
import { rowsOfClass } from "../metrics/metrics.js";
import { columnOf } from "../metrics/multiclass-roc-auc.js";
import { weightsOf, type Weights } from "../metrics/measure.js";
import { requireScored } from "../metrics/scored.js";
import { fitIsotonic, isotonicAt, type IsotonicCurve } from "./isotonic.js";
import { fitPlatt, sigmoidAt, type Sigmoid } from "./platt.js";
import { fitTemperature, sharpen } from "./temperature.js";

export const calibrationMethods = ["isotonic", "platt", "temperature"] as const;
export type CalibrationMethod = (typeof calibrationMethods)[number];

/** What Platt's sigmoid is fitted on: the log odds of the probability, or the probability itself as scikit-learn does. */
export type PlattScale = "log-odds" | "probability";

/** What makes a model's probabilities agree with how often things happen; plain JSON. */
export type CalibrationState = { readonly version: 1; readonly classes: number } & (
  | { readonly method: "isotonic"; readonly curves: readonly IsotonicCurve[] }
  | { readonly method: "platt"; readonly scale: PlattScale; readonly sigmoids: readonly Sigmoid[] }
  | { readonly method: "temperature"; readonly sharpness: number }
);

export interface CalibrationData {
  /** Class codes. */
  readonly labels: Int32Array;
  /** rows × classes of rows that the model was not fitted on, row by row. */
  readonly probabilities: Float64Array;
  readonly classes: readonly string[];
  readonly weights?: Weights;
}

/** With two classes one curve for the second; with more one for each class against the others, made to sum to 1. */
export function fitCalibration(
  method: CalibrationMethod,
  data: CalibrationData,
  { scale = "log-odds" }: { readonly scale?: PlattScale } = {},
): CalibrationState {
  requireScored(data);
  requireEveryClass(data);
  const common = { version: 1, classes: data.classes.length } as const;
  if (method === "temperature") return { ...common, method, sharpness: fitTemperature(data) };
  const codes = data.classes.length === 2 ? [1] : data.classes.map((_, code) => code);
  const ofClass = (code: number) => columnOf(data.probabilities, data.classes.length, code);
  const happened = (code: number) => rowsOfClass(data.labels, code);
  if (method === "isotonic") {
    return { ...common, method, curves: codes.map((code) => fitIsotonic(ofClass(code), happened(code), data.weights)) };
  }
  const scores = (code: number) => ofClass(code).map((probability) => onScale(scale, probability));
  return {
    ...common,
    method,
    scale,
    sigmoids: codes.map((code) => fitPlatt(scores(code), happened(code), data.weights)),
  };
}

/** The calibrated probabilities of all rows. */
export function applyCalibration(state: CalibrationState, probabilities: Float64Array): Float64Array {
  const calibrated = probabilities.slice();
  const calibrate = compileCalibration(state);
  for (let start = 0; start < calibrated.length; start += state.classes) calibrate(calibrated, start);
  return calibrated;
}

/** Calibrates one row in place; the same as all rows at once, to the bit. */
export function compileCalibration(state: CalibrationState): (probabilities: Float64Array, start?: number) => void {
  const { classes } = state;
  if (state.method === "temperature") return (values, start = 0) => sharpen(values, start, classes, state.sharpness);
  const curve = curveOf(state);
  if (classes !== 2) return (values, start = 0) => eachAgainstOthers(values, start, classes, curve);
  return (values, start = 0) => {
    values[start + 1] = curve(0, values[start + 1]!);
    values[start] = 1 - values[start + 1]!;
  };
}

function curveOf(state: Exclude<CalibrationState, { method: "temperature" }>) {
  if (state.method === "isotonic") return (code: number, value: number) => isotonicAt(state.curves[code]!, value);
  return (code: number, value: number) => sigmoidAt(state.sigmoids[code]!, onScale(state.scale, value));
}

/** Where every curve says 0 all classes are alike, as in scikit-learn. */
function eachAgainstOthers(
  values: Float64Array,
  start: number,
  classes: number,
  curve: (code: number, value: number) => number,
): void {
  let sum = 0;
  for (let code = 0; code < classes; code++) sum += values[start + code] = curve(code, values[start + code]!);
  for (let code = 0; code < classes; code++) values[start + code] = sum > 0 ? values[start + code]! / sum : 1 / classes;
}

/** A forest says 0 and 1 with certainty; further out than this the log odds say nothing more. */
export const SURE = 1e-6;

function onScale(scale: PlattScale, probability: number): number {
  if (scale === "probability") return probability;
  const kept = Math.min(Math.max(probability, SURE), 1 - SURE);
  return Math.log(kept / (1 - kept));
}

function requireEveryClass({ labels, classes, weights }: CalibrationData): void {
  const sizes = new Float64Array(classes.length);
  weightsOf(weights, labels.length).forEach((weight, row) => (sizes[labels[row]!]! += weight));
  const absent = classes.filter((_, code) => sizes[code] === 0);
  if (absent.length === 0) return;
  throw new ProblemError({
    code: "CALIBRATION_CLASS_MISSING",
    message: `there is no row of the class ${absent.join(", ")} to calibrate with.`,
    remedy: "Calibrate on rows of every class, or leave the probabilities as they are.",
  });
}
