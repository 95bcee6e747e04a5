import type { Family, ModelState, Parameters, RowModel } from "./family.js";
import { minimise } from "./lbfgs.js";
import { binaryLoss, blockSize, preconditionerOf, sigmoid, softmax, softmaxLoss } from "./logistic-loss.js";
import type { Matrix } from "./matrix.js";
import { defaultsOf, parametersOf, positive, wholeNumber } from "./parameters.js";
import { probabilitiesByRow, requireTrainable } from "./rows-and-classes.js";
import { sparseRows } from "./sparse-rows.js";

export interface LogisticRegressionState extends ModelState {
  readonly family: "logistic-regression";
  /** One row of weights for two classes (of class 1 against class 0), one a class for more. */
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

const name = "logistic-regression";
const rules = { C: positive(1), maxIterations: wholeNumber(1000, 1), tolerance: positive(1e-7) };

/** Logistic regression with an L2 penalty: the loss and the meaning of C are scikit-learn's. */
export const logisticRegression: Family<LogisticRegressionState> = {
  name,
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name, rules, given),
  fit,
  probabilities: (state, x) => probabilitiesByRow(compile(state), x, state.coefficients[0]!.length, state.classes),
  compile,
};

function fit(x: Matrix, y: Int32Array, classes: number, parameters: Parameters): LogisticRegressionState {
  requireTrainable(x, y, classes);
  const { C, maxIterations, tolerance } = parameters as { C: number; maxIterations: number; tolerance: number };
  const sparse = sparseRows(x);
  const outputs = classes === 2 ? 1 : classes;
  const loss = classes === 2 ? binaryLoss(sparse, y, C) : softmaxLoss(sparse, y, classes, C);
  const minimum = minimise(loss, preconditionerOf(sparse, outputs, classes, C), { tolerance, maxIterations });
  return {
    family: name,
    version: 1,
    classes,
    ...unpack(minimum.x, outputs, x.columns),
    iterations: minimum.iterations,
    converged: minimum.converged,
  };
}

function unpack(weights: Float64Array, outputs: number, columns: number) {
  const blocks = Array.from({ length: outputs }, (_, output) =>
    weights.subarray(output * blockSize(columns), (output + 1) * blockSize(columns)),
  );
  return {
    coefficients: blocks.map((block) => [...block.subarray(0, columns)]),
    intercepts: blocks.map((block) => block[columns]!),
  };
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

function scoreOf(weights: Float64Array, intercept: number, features: Float64Array): number {
  let sum = intercept;
  for (let index = 0; index < weights.length; index++) sum += weights[index]! * features[index]!;
  return sum;
}
