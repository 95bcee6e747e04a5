import { treeImportance, type ModelState, type TreeModelState } from "@millrace/learning";

export interface Importance {
  readonly feature: string;
  /** A share of all. */
  readonly importance: number;
}

/** How much the model looks at each feature, as far as it says so itself: trees by their gain, linear models by their weights. */
export function importancesOf(model: ModelState, features: readonly string[]): Importance[] {
  const values = importanceByColumn(model);
  if (values === undefined) return [];
  const sum = values.reduce((total, value) => total + value, 0) || 1;
  return features
    .map((feature, column) => ({ feature, importance: values[column]! / sum }))
    .sort((a, b) => b.importance - a.importance);
}

function importanceByColumn(model: ModelState): Float64Array | undefined {
  const { trees, coefficients } = model as Partial<TreeModelState> & { coefficients?: readonly (readonly number[])[] };
  if (isEnsemble(trees)) return treeImportance(trees, model.columns).gain;
  if (coefficients === undefined) return undefined;
  return Float64Array.from({ length: model.columns }, (_, column) =>
    coefficients.reduce((sum, row) => sum + Math.abs(row[column]!), 0),
  );
}

const isEnsemble = (trees: Partial<TreeModelState>["trees"]): trees is TreeModelState["trees"] =>
  trees?.gain !== undefined && trees.feature !== undefined;
