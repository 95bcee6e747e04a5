import { compileShap } from "../explanation/tree-shap.js";
import type { ModelState } from "../models/family.js";
import { placedChains } from "../preprocessing/chain-outputs.js";
import type { PreprocessorState } from "../preprocessing/preprocessor-state.js";
import type { Numbers } from "../data/matrix.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";

/** What moved a model to what it said of one row. Base and all contributions add up to the score before calibration. */
export interface RowExplanation {
  /** log-odds (of more than two classes: the score that softmax takes), probability, or the value of a regression. */
  readonly scale: "log-odds" | "probability" | "value";
  readonly base: number;
  /** By column as it came in or was derived, the greatest first; columns that gave nothing are left out. */
  readonly contributions: readonly { readonly feature: string; readonly contribution: number }[];
}

/** Explains what the model says of one class (by code; any number for a regression) where a matrix row has these values. */
export type RowExplainer = (features: Numbers, code: number) => RowExplanation;

export const isExplained = (model: ModelState): boolean => isTrees(model) || isLinear(model);

/** Undefined for models that are made of others: what a column gave to them is not known. */
export function compileExplainer(model: ModelState, preprocessor: PreprocessorState): RowExplainer | undefined {
  const scores = isTrees(model) ? treeScores(model) : isLinear(model) ? linearScores(model) : undefined;
  if (scores === undefined) return undefined;
  const columns = sourceOfOutputs(preprocessor);
  return (features, code) => {
    const { values, base, sign } = scores.of(features, code);
    return { scale: scores.scale, base: sign * base, contributions: byColumn(values, columns, sign) };
  };
}

interface Scores {
  readonly scale: RowExplanation["scale"];
  of(features: Numbers, code: number): { values: Numbers; base: number; sign: number };
}

const isTrees = (model: ModelState): model is TreeModelState => "trees" in model && "combine" in model;

function treeScores(model: TreeModelState): Scores {
  const { explain, base } = compileShap(model);
  const scale = model.classes === 0 ? "value" : model.link === "none" ? "probability" : "log-odds";
  return {
    scale,
    of(features, code) {
      const { output, sign } = scoreOfClass(model, base.length, code);
      const values = explain(features).subarray(output * model.columns, (output + 1) * model.columns);
      return { values, base: base[output]!, sign };
    },
  };
}

interface LinearState extends ModelState {
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
}

const isLinear = (model: ModelState): model is LinearState => "coefficients" in model && "intercepts" in model;

const linearScores = ({ classes, coefficients, intercepts }: LinearState): Scores => ({
  scale: classes === 0 ? "value" : "log-odds",
  of(features, code) {
    const { output, sign } = scoreOfClass({ classes }, coefficients.length, code);
    const values = Float64Array.from(coefficients[output]!, (weight, column) => weight * features[column]!);
    return { values, base: intercepts[output]!, sign };
  },
});

/** One score stands for the second of two classes: what speaks for it speaks against the first. */
const scoreOfClass = ({ classes }: Pick<ModelState, "classes">, scores: number, code: number) =>
  scores === 1 ? { output: 0, sign: classes === 2 && code === 0 ? -1 : 1 } : { output: code, sign: 1 };

/** The incoming column behind each column of the matrix. */
function sourceOfOutputs(preprocessor: PreprocessorState): string[] {
  return placedChains(preprocessor).flatMap(({ chain, width }) => new Array<string>(width).fill(chain.column));
}

function byColumn(values: Numbers, columns: readonly string[], sign: number): RowExplanation["contributions"] {
  const sums = new Map<string, number>();
  for (let index = 0; index < values.length; index++) {
    const column = columns[index]!;
    sums.set(column, (sums.get(column) ?? 0) + sign * values[index]!);
  }
  return [...sums]
    .map(([feature, contribution]) => ({ feature, contribution }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
