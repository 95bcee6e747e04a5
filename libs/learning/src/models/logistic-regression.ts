import type { Numbers } from "../data/matrix.js";
import type { Family, FitContext, ModelState, Parameters, RowModel, TrainingData } from "./family.js";
import { sigmoid, softmax } from "./logistic-loss.js";
import { modelOf, totalOf, type LinearModel } from "./linear-problem.js";
import { solveLinear } from "./linear-solve.js";
import { defaultsOf, oneOf, parametersOf, positive, shareOrNone, wholeNumber } from "./parameters.js";
import { predictByRow, requireTrainable } from "./rows-and-classes.js";

export interface LogisticRegressionState extends ModelState {
  readonly family: "logistic-regression";
  /** One row of weights for two classes (of class 1 against class 0), one a class for more. */
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

const name = "logistic-regression";
const rules = {
  penalty: oneOf("l2", ["l2", "l1", "elastic-net", "none"]),
  C: positive(1),
  l1Share: shareOrNone(0.5),
  maxIterations: wholeNumber(1000, 1),
  tolerance: positive(1e-6),
};

/** Logistic regression; the loss, the penalties, the meaning of C and of l1Share (its l1_ratio) are scikit-learn's. */
export const logisticRegression: Family<LogisticRegressionState> = {
  name,
  tasks: ["classification"],
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name, rules, given),
  fit,
  predict: (state, x) => predictByRow(compile(state), state, x),
  compile,
};

type Penalty = "l2" | "l1" | "elastic-net" | "none";
interface Given {
  readonly penalty: Penalty;
  readonly C: number;
  readonly l1Share: number;
  readonly maxIterations: number;
  readonly tolerance: number;
}

function fit(data: TrainingData, parameters: Parameters, context: FitContext): LogisticRegressionState {
  requireTrainable(data, { categorical: "refused" });
  const { x, classes } = data;
  const given = parameters as unknown as Given;
  const solution = solveLinear(
    {
      ...{ data, loss: classes === 2 ? "binary" : "softmax", outputs: classes === 2 ? 1 : classes },
      penalty: penaltyOf(given, totalOf(data)),
      ...{ tolerance: given.tolerance, maxIterations: given.maxIterations },
    },
    context,
  );
  const { iterations, converged, problem } = solution;
  return {
    ...{ family: name, version: 1, classes, columns: x.columns },
    ...centred(modelOf(problem, solution.x)),
    ...{ iterations, converged },
  };
}

/** How much of a penalty is l1. */
export const l1ShareOf = ({ penalty, l1Share }: { penalty: Penalty; l1Share: number }): number =>
  penalty === "l1" ? 1 : penalty === "elastic-net" ? l1Share : 0;

function penaltyOf(given: Given, total: number) {
  const strength = given.penalty === "none" ? 0 : 1 / (given.C * total);
  const share = l1ShareOf(given);
  return { l2: strength * (1 - share), l1: strength * share };
}

/** A softmax does not change when all intercepts move together: their sum is 0, as scikit-learn has it. */
function centred({ coefficients, intercepts }: LinearModel): LinearModel {
  const outputs = intercepts.length;
  const shift = outputs === 1 ? 0 : intercepts.reduce((sum, intercept) => sum + intercept, 0) / outputs;
  return { coefficients, intercepts: intercepts.map((intercept) => intercept - shift) };
}

function compile({ coefficients, intercepts, classes }: LogisticRegressionState): RowModel {
  const weights = coefficients.map((row) => Float64Array.from(row));
  if (classes === 2) {
    return (features) => {
      const probability = sigmoid(scoreOf(weights[0]!, intercepts[0]!, features));
      return Float64Array.of(1 - probability, probability);
    };
  }
  return (features) => {
    const scores = Float64Array.from(weights, (row, k) => scoreOf(row, intercepts[k]!, features));
    softmax(scores);
    return scores;
  };
}

export function scoreOf(weights: Float64Array, intercept: number, features: Numbers): number {
  let sum = intercept;
  for (let index = 0; index < weights.length; index++) sum += weights[index]! * features[index]!;
  return sum;
}
