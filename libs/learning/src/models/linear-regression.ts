import { refuseCancelled } from "../data/cancelled.js";
import type { Family, FitContext, ModelState, Parameters, RowModel, TrainingData } from "./family.js";
import { factorise, solveWith } from "./linear-cholesky.js";
import { modelOf, penalised, penaltyOf, sizeOf, totalOf, watchOf, type LinearProblem } from "./linear-problem.js";
import { openProblem, solveLinear, type LinearTask } from "./linear-solve.js";
import { l1ShareOf, scoreOf } from "./logistic-regression.js";
import { largest, type Minimum } from "./lbfgs.js";
import { atLeastZero, defaultsOf, oneOf, parametersOf, positive, shareOrNone, wholeNumber } from "./parameters.js";
import { predictByRow, requireTrainable } from "./rows-and-classes.js";

export interface LinearRegressionState extends ModelState {
  readonly family: "linear-regression";
  /** One row of them. */
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  /** Columns that are a sum of multiples of those before them: without a penalty their coefficient is 0. */
  readonly dependent: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

const name = "linear-regression";
const rules = {
  penalty: oneOf("l2", ["l2", "l1", "elastic-net", "none"]),
  alpha: atLeastZero(1),
  l1Share: shareOrNone(0.5),
  maxIterations: wholeNumber(1000, 1),
  tolerance: positive(1e-8),
};

/**
 * Least squares. l2 and its alpha are scikit-learn's Ridge, elastic-net (with l1Share, its l1_ratio) and l1 its ElasticNet
 * and Lasso, none its LinearRegression.
 */
export const linearRegression: Family<LinearRegressionState> = {
  name,
  tasks: ["regression"],
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name, rules, given),
  fit,
  predict: (state, x) => predictByRow(compile(state), state, x),
  compile,
};

interface Given {
  readonly penalty: "l2" | "l1" | "elastic-net" | "none";
  readonly alpha: number;
  readonly l1Share: number;
  readonly maxIterations: number;
  readonly tolerance: number;
}

/** Up to here the second derivatives are made; they do not change, so once is enough. */
const NEWTON_WEIGHTS = 2000;

function fit(data: TrainingData, parameters: Parameters, context: FitContext): LinearRegressionState {
  requireTrainable(data, { categorical: "refused" });
  const given = parameters as unknown as Given;
  const task: LinearTask = {
    ...{ data, loss: "squared", outputs: 1, newtonWeights: NEWTON_WEIGHTS, maxIterations: given.maxIterations },
    ...{ penalty: penaltyOfLoss(given, totalOf(data)), tolerance: given.tolerance * deviationOf(data) },
  };
  const direct = task.penalty.l1 === 0 && data.x.columns < NEWTON_WEIGHTS;
  const { problem, x, iterations, converged, dependent } = direct
    ? solveDirectly(task, context)
    : { ...solveLinear(task, context), dependent: [] };
  const model = modelOf(problem, x);
  return { family: name, version: 1, classes: 0, columns: data.x.columns, ...model, dependent, iterations, converged };
}

/** Ridge adds alpha to the sum of the squares, ElasticNet to their mean. */
function penaltyOfLoss(given: Given, total: number) {
  const share = l1ShareOf(given);
  if (given.penalty === "none") return { l2: 0, l1: 0 };
  if (given.penalty === "l2") return { l2: given.alpha / total, l1: 0 };
  return { l2: given.alpha * (1 - share), l1: given.alpha * share };
}

/** Of the target; the slopes are measured by it, so that a target in thousands is found as exactly as one in ones. */
function deviationOf({ y, weights }: TrainingData): number {
  const weightOf = (row: number) => (weights === undefined ? 1 : weights[row]!);
  let [total, sum, squares] = [0, 0, 0];
  for (let row = 0; row < y.length; row++) {
    total += weightOf(row);
    sum += weightOf(row) * y[row]!;
  }
  for (let row = 0; row < y.length; row++) squares += weightOf(row) * (y[row]! - sum / total) ** 2;
  return Math.sqrt(squares / total) || 1;
}

/** Below this share of a column's own square, what the columns before it leave of it is rounding. */
const DEPENDENT = 1e-11;
const MOST_REFINEMENTS = 5;

/** The normal equations by Cholesky, refined with residuals of the rows themselves, which restores the digits lost by squaring. */
function solveDirectly(task: LinearTask, context: FitContext) {
  refuseCancelled(context.signal, "the fit");
  const problem = openProblem(task, context);
  try {
    const { objective, curvature } = penalised(problem, penaltyOf(problem, task.penalty));
    const size = sizeOf(problem);
    const hessian = new Float64Array(size * size);
    curvature(new Float64Array(size), hessian);
    const factor = factorise(hessian, size, DEPENDENT);
    const watch = watchOf(context, task.tolerance);
    const step = (slope: Float64Array) => solveWith(factor, slope);
    const minimum = refine(objective, step, size, task.tolerance, watch);
    return { problem, ...minimum, dependent: factor.dependent.filter((column) => column < problem.columns) };
  } finally {
    problem.close();
  }
}

function refine(
  objective: LinearProblem["objective"],
  stepOf: (slope: Float64Array) => Float64Array,
  size: number,
  tolerance: number,
  watch: (slope: number) => void,
): Minimum {
  const x = new Float64Array(size);
  const slope = new Float64Array(size);
  let before = Infinity;
  for (let iterations = 0; ; iterations++) {
    const value = objective(x, slope);
    const steepest = largest(slope);
    watch(steepest);
    // The first step is exact but for rounding; it is repeated until that is all that is left.
    const done = iterations > 0 && (steepest >= before / 2 || iterations > MOST_REFINEMENTS);
    if (done || steepest === 0) return { x, value, iterations, converged: steepest <= tolerance };
    before = steepest;
    stepOf(slope).forEach((by, index) => (x[index]! -= by));
  }
}

function compile({ coefficients, intercepts }: LinearRegressionState): RowModel {
  const weights = Float64Array.from(coefficients[0]!);
  return (features) => Float64Array.of(scoreOf(weights, intercepts[0]!, features));
}
