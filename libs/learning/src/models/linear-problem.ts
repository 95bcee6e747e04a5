import { refuseCancelled } from "../data/cancelled.js";
import type { FitContext, TrainingData } from "./family.js";
import type { Objective } from "./lbfgs.js";
import type { Curvature } from "./newton.js";

export type LinearLoss = "binary" | "softmax" | "squared";

/** How a problem sees the columns: as (x − shift) · scale. With columns of one size every way to a minimum is short. */
export interface ColumnFrame {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** The mean loss of a linear model as a function of its weights: for each output one a column, then the intercept. */
export interface LinearProblem extends ColumnFrame {
  readonly outputs: number;
  readonly columns: number;
  /** The sum of the weights of the rows. */
  readonly total: number;
  readonly objective: Objective;
  readonly curvature: Curvature;
  /** Gives its memory back; the problem is not asked again. */
  close(): void;
}

export const sizeOf = ({ outputs, columns }: Pick<LinearProblem, "outputs" | "columns">): number =>
  outputs * (columns + 1);

/** One entry a weight, 0 for an intercept: the penalty is Σ l2/2 · w² + Σ l1 · |w|. */
export interface LinearPenalty {
  readonly l2: Float64Array;
  readonly l1: Float64Array;
}

/** The same penalty of the weights on the columns as they are, whatever the frame: `l2` and `l1` for each of them. */
export function penaltyOf(problem: LinearProblem, { l2, l1 }: { l2: number; l1: number }): LinearPenalty {
  const { columns, scale } = problem;
  const each = (value: (scale: number) => number) =>
    Float64Array.from({ length: sizeOf(problem) }, (_, index) => {
      const column = index % (columns + 1);
      return column === columns ? 0 : value(scale[column]!);
    });
  return { l2: each((scale) => l2 * scale * scale), l1: each((scale) => l1 * scale) };
}

/** With the smooth part of the penalty; the other one is the affair of the solver. */
export function penalised(
  problem: LinearProblem,
  { l2 }: LinearPenalty,
): Pick<LinearProblem, "objective" | "curvature"> {
  return {
    objective: (weights, gradient) => {
      let value = problem.objective(weights, gradient);
      for (let index = 0; index < weights.length; index++) {
        gradient[index]! += l2[index]! * weights[index]!;
        value += 0.5 * l2[index]! * weights[index]! ** 2;
      }
      return value;
    },
    curvature: (weights, hessian) => {
      problem.curvature(weights, hessian);
      l2.forEach((value, index) => (hessian[index * (l2.length + 1)]! += value));
    },
  };
}

export interface LinearModel {
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
}

/** The weights of the problem as a model of the columns as they are. */
export function modelOf({ outputs, columns, shift, scale }: LinearProblem, weights: Float64Array): LinearModel {
  const blocks = Array.from({ length: outputs }, (_, k) =>
    weights.subarray(k * (columns + 1), (k + 1) * (columns + 1)),
  );
  const coefficients = blocks.map((block) => Array.from(scale, (factor, column) => block[column]! * factor));
  const intercepts = coefficients.map((row, k) =>
    row.reduce((sum, coefficient, column) => sum - coefficient * shift[column]!, blocks[k]![columns]!),
  );
  return { coefficients, intercepts };
}

export const totalOf = ({ x, weights }: TrainingData): number =>
  weights === undefined ? x.rows : weights.reduce((sum, weight) => sum + weight, 0);

/** Called between two steps with how far the largest derivative is from the tolerance: tells the progress, or ends. */
export type Watch = (slope: number) => void;

/** The progress is that of the logarithm: every step makes the slope smaller by some factor. */
export function watchOf({ onProgress, signal }: Pick<FitContext, "onProgress" | "signal">, tolerance: number): Watch {
  let first = 0;
  let done = 0;
  return (slope) => {
    refuseCancelled(signal, "the fit");
    first = Math.max(first, slope);
    const way = first > tolerance ? Math.log(first / Math.max(slope, tolerance)) / Math.log(first / tolerance) : 1;
    done = Math.max(done, Math.floor(way * 100));
    onProgress?.(done, 100);
  };
}
