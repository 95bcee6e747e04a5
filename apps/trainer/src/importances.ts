import {
  treeImportance,
  type ModelState,
  type StackingState,
  type TreeModelState,
  type VotingState,
} from "@millrace/learning";

export interface Importance {
  readonly feature: string;
  /** A share of all. */
  readonly importance: number;
}

/**
 * How much the model looks at each feature, as far as it says so itself: trees by their gain, linear models by their weights,
 * models that are made of others by the shares of these, each as much as it counts. No row is asked, so it costs nothing.
 */
export function importancesOf(model: ModelState, features: readonly string[]): Importance[] {
  const values = sharesOf(model);
  if (values === undefined) return [];
  return features
    .map((feature, column) => ({ feature, importance: values[column]! }))
    .sort((a, b) => b.importance - a.importance);
}

/** By column, adding up to 1; undefined where the model, or one that it is made of, does not say. */
function sharesOf(model: ModelState): Float64Array | undefined {
  const values = isVoting(model)
    ? blended(model.members, model.weights, model.columns)
    : isStacking(model)
      ? sharesOfStacking(model)
      : importanceByColumn(model);
  if (values === undefined) return undefined;
  const sum = sumOf(values) || 1;
  return values.map((value) => value / sum);
}

const isVoting = (model: ModelState): model is VotingState => model.family === "voting";
const isStacking = (model: ModelState): model is StackingState => model.family === "stacking";

/**
 * A member counts as much as the final model looks at what it gives: probabilities all, so that weights compare. The columns
 * themselves come behind them where they are passed on.
 */
function sharesOfStacking({ members, final, passthrough, columns }: StackingState): Float64Array | undefined {
  const looks = sharesOf(final);
  if (looks === undefined) return undefined;
  const own = passthrough ? columns : 0;
  const width = (final.columns - own) / members.length;
  const weights = members.map((_, at) => sumOf(looks.subarray(at * width, (at + 1) * width)));
  const shares = blended(members, weights, columns);
  return shares?.map((share, column) => share + (passthrough ? looks[members.length * width + column]! : 0));
}

function blended(members: readonly ModelState[], weights: readonly number[], columns: number) {
  const shares = members.map(sharesOf);
  if (shares.includes(undefined)) return undefined;
  return Float64Array.from({ length: columns }, (_, column) =>
    sumOf(shares.map((share, member) => weights[member]! * share![column]!)),
  );
}

const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

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
