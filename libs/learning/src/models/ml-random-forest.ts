import { ProblemError } from "@millrace/contracts";
import { RandomForestClassifier } from "ml-random-forest";
import { refuseCancelled } from "../data/cancelled.js";
import type { Family, FitContext, ModelState, Parameters, RowModel, TrainingData } from "./family.js";
import { rowOf, type Matrix, type Numbers } from "../data/matrix.js";
import { defaultsOf, parametersOf, share, wholeNumber } from "./parameters.js";
import type { Random } from "../data/random.js";
import { predictByRow, requireTrainable } from "./rows-and-classes.js";

/** A tree as arrays: node n asks whether `features[feature[n]] < threshold[n]`. A leaf has feature −1 and its class in `left`. */
export interface FlatTree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
}

export interface MlRandomForestState extends ModelState {
  readonly family: "ml-random-forest";
  readonly columns: number;
  readonly trees: readonly FlatTree[];
}

const name = "ml-random-forest";
const rules = {
  trees: wholeNumber(25, 1, 1000),
  maxDepth: wholeNumber(16, 1, 64),
  minRows: wholeNumber(3, 1),
  features: share(0.7),
  rowsPerTree: wholeNumber(500, 2),
  maxRows: wholeNumber(2000, 2),
};

/** Random forest on ml-random-forest. Its time grows with the square of the rows, so there is a limit: see `maxRows`. */
export const mlRandomForest: Family<MlRandomForestState> = {
  name,
  tasks: ["classification"],
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name, rules, given),
  fit,
  predict: (state, x) => predictByRow(compile(state), state, x),
  compile,
};

type ForestParameters = Record<keyof typeof rules, number>;

function fit(data: TrainingData, parameters: Parameters, context: FitContext): MlRandomForestState {
  requireTrainable(data, { categorical: "refused" });
  const { x, classes } = data;
  const given = parameters as ForestParameters;
  refuseManyRows(x.rows, given.maxRows);
  return { family: name, version: 1, classes, columns: x.columns, trees: growTrees(data, given, context) };
}

function growTrees({ x, y }: TrainingData, given: ForestParameters, context: FitContext): FlatTree[] {
  const { random, signal, onProgress } = context;
  return Array.from({ length: given.trees }, (_, tree) => {
    refuseCancelled(signal, name, { done: tree, total: given.trees });
    const grown = growTree(x, y as Int32Array, given, random.fork(`tree ${tree}`));
    onProgress?.(tree + 1, given.trees);
    return grown;
  });
}

/** Each tree has rows of its own: the library's time grows with the square of the rows that a tree is given. */
function growTree(x: Matrix, y: Int32Array, parameters: ForestParameters, random: Random): FlatTree {
  const rows = random.shuffle(Array.from(y, (_, row) => row)).slice(0, parameters.rowsPerTree);
  const options = optionsOf(parameters, x.columns, random);
  const forest = new RandomForestClassifier(options) as unknown as TrainedForest;
  forest.train(
    rows.map((row) => [...rowOf(x, row)]),
    rows.map((row) => y[row]!),
  );
  return flatten(forest.estimators[0]!.root, forest.indexes[0]!);
}

function refuseManyRows(rows: number, maxRows: number): void {
  if (rows <= maxRows) return;
  throw new ProblemError({
    code: "MODEL_ROW_LIMIT",
    where: name,
    message: `${rows} training rows are more than maxRows ${maxRows}: its time grows with the square of the rows of a tree.`,
    remedy: "Use logistic-regression, train on fewer rows, or raise maxRows and keep rowsPerTree low.",
  });
}

/** The half keeps `features × columns` on the right side of the whole number when the library rounds it down. */
const optionsOf = ({ maxDepth, minRows, features }: ForestParameters, columns: number, random: Random) => ({
  seed: random.integer(2 ** 31),
  nEstimators: 1,
  maxFeatures: Math.min(1, (Math.max(1, Math.round(features * columns)) + 0.5) / columns),
  replacement: false,
  noOOB: true,
  treeOptions: { maxDepth, minNumSamples: minRows, gainThreshold: 0 },
});

interface TrainedForest {
  train(rows: number[][], labels: number[]): void;
  readonly estimators: readonly { readonly root: TreeNode }[];
  readonly indexes: readonly (readonly number[])[];
}
interface TreeNode {
  readonly left?: TreeNode;
  readonly right?: TreeNode;
  readonly splitColumn?: number;
  readonly splitValue?: number;
  readonly distribution?: { maxRowIndex(row: number): number[] };
}

function flatten(root: TreeNode, columns: readonly number[]): FlatTree {
  const tree = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  const add = (node: TreeNode): number => {
    const at = tree.feature.length;
    const { left, right } = node;
    const inner = left !== undefined && right !== undefined;
    tree.feature.push(inner ? columns[node.splitColumn!]! : -1);
    tree.threshold.push(inner ? node.splitValue! : 0);
    tree.left.push(inner ? 0 : node.distribution!.maxRowIndex(0)[1]!);
    tree.right.push(0);
    if (inner) [tree.left[at], tree.right[at]] = [add(left), add(right)];
    return at;
  };
  add(root);
  return tree;
}

/** Each tree votes for one class; the share of the votes is the probability. */
function compile({ trees, classes }: MlRandomForestState): RowModel {
  const compiled = trees.map(compileTree);
  return (features) => {
    const votes = new Float64Array(classes);
    for (const vote of compiled) votes[vote(features)]! += 1;
    return votes.map((count) => count / compiled.length);
  };
}

function compileTree(tree: FlatTree): (features: Numbers) => number {
  const [feature, left, right] = [tree.feature, tree.left, tree.right].map((values) => Int32Array.from(values)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const threshold = Float64Array.from(tree.threshold);
  return (features) => {
    let node = 0;
    while (feature[node]! >= 0) node = features[feature[node]!]! < threshold[node]! ? left[node]! : right[node]!;
    return left[node]!;
  };
}
