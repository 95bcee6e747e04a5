import type { Random } from "../data/random.js";
import { refuseCancelled } from "../data/cancelled.js";
import { planBins, type BinPlan } from "../trees/bins.js";
import { compileTrees, predictTrees } from "../trees/score-trees.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import type { Family, FitContext, TrainingData } from "./family.js";
import { leastWeightOf, openForest, type ForestKernel, type GrowthRules } from "./forest-kernel.js";
import { requireRoom, type ForestSize } from "./forest-memory.js";
import { outOfBagOf, type OutOfBag } from "./forest-out-of-bag.js";
import {
  columnsPerSplitOf,
  drawsOf,
  forestParametersOf,
  requireFewClasses,
  type ForestParameters,
} from "./forest-parameters.js";
import { forestRowsOf, type ForestRows } from "./forest-rows.js";
import { joinForest, takeTree } from "./forest-trees.js";
import { defaultsOf, parametersOf, type ParameterRule } from "./parameters.js";
import { requireTrainable } from "./rows-and-classes.js";

export interface ForestState extends TreeModelState {
  readonly combine: "averaged";
  /** Where trees leave rows out. */
  readonly outOfBag?: OutOfBag;
}

/** What tells one family of averaged trees from another; what has no rule is fixed. */
export interface ForestKind {
  readonly name: string;
  readonly rules: Readonly<Record<string, ParameterRule>>;
  readonly fixed: Partial<ForestParameters> & Pick<ForestParameters, "randomCuts" | "autoForValues">;
}

export const forestFamily = ({ name, rules, fixed }: ForestKind): Family<ForestState> => ({
  name,
  tasks: ["classification", "regression"],
  defaults: defaultsOf(rules),
  parameters: (given) => parametersOf(name, rules, given),
  fit: (data, given, context) => fitForest(name, data, forestParametersOf(given, fixed), context),
  predict: predictTrees,
  compile: compileTrees,
});

function fitForest(name: string, data: TrainingData, parameters: ForestParameters, context: FitContext): ForestState {
  requireTrainable(data, { missing: "taken", categorical: "taken" });
  requireFewClasses(name, data);
  refuseCancelled(context.signal, name, { done: 0, total: parameters.trees });
  const rows = forestRowsOf(data, parameters);
  const size = sizeOf(data, parameters, rows, context.threads ?? 1);
  requireRoom(name, size);
  const kernel = openForest(data.x, planOf(data, parameters, size), size, rows, rulesOf(data, parameters, context));
  const trees = growForest(name, kernel, data, context);
  const outOfBag = outOfBagOf(kernel, data);
  return {
    ...{ family: name, version: 1, classes: data.classes, columns: data.x.columns },
    ...{ trees, combine: "averaged", init: [], link: "none" },
    ...(outOfBag && { outOfBag }),
  };
}

function sizeOf(data: TrainingData, parameters: ForestParameters, rows: ForestRows, threads: number): ForestSize {
  const { x, classes, categorical = [] } = data;
  return {
    ...{ rows: x.rows, columns: x.columns, classes, trees: parameters.trees },
    threads: Math.max(1, Math.min(threads, parameters.trees)),
    mostLeaves: mostLeavesOf(parameters, rows),
    hasCategories: categorical.length > 0,
    drawsByWeight: rows.aliases !== undefined,
    outOfBag: parameters.outOfBag && (parameters.bootstrap || parameters.rowShare < 1),
  };
}

/** By the rows, by the weight of a leaf, and by the depth. */
function mostLeavesOf(parameters: ForestParameters, rows: ForestRows): number {
  const byRows = Math.min(rows.weighted, drawsOf(parameters, rows.weights.length));
  const byWeight = Math.floor(rows.treeWeight / leastWeightOf(rows, parameters));
  const byDepth = parameters.maxDepth > 0 ? 2 ** Math.min(parameters.maxDepth, 31) : Infinity;
  return Math.max(1, Math.min(byRows, byWeight, byDepth));
}

/** Rows without weight say nothing about the bins either. */
function planOf(
  { x, weights, categorical = [] }: TrainingData,
  { maxBins }: ForestParameters,
  size: ForestSize,
): BinPlan {
  const rows = weights?.includes(0) && Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  return planBins(x, { categorical, maxBins, threads: size.threads, ...(rows && { rows }) });
}

function rulesOf(data: TrainingData, parameters: ForestParameters, { random }: FitContext): GrowthRules {
  const { maxDepth, minRows, bootstrap, randomCuts, trees } = parameters;
  return {
    ...{ maxDepth, minRows, bootstrap, randomCuts },
    columnsPerSplit: columnsPerSplitOf(parameters, data),
    draws: drawsOf(parameters, data.x.rows),
    seeds: seedsOf(trees, random.fork("trees")),
  };
}

const seedsOf = (trees: number, random: Random): Uint32Array =>
  Uint32Array.from({ length: trees * 2 }, () => random.integer(2 ** 32));

/** Between two calls of the kernel the caller hears how far it is, and can call it off. */
function growForest(name: string, kernel: ForestKernel, data: TrainingData, { onProgress, signal }: FitContext) {
  const { trees, threads } = kernel.size;
  const each = treesPerCall(kernel);
  const grown: ReturnType<typeof takeTree>[] = [];
  while (grown.length < trees) {
    refuseCancelled(signal, name, { done: grown.length, total: trees });
    const first = grown.length;
    // The first call is a short one: from the second on the kernel's code is optimised.
    const done = kernel.grow(first, Math.min(trees, first + (first === 0 ? threads : each)));
    for (let tree = first; tree < done; tree++) grown.push(takeTree(kernel, tree));
    onProgress?.(done, trees);
  }
  return joinForest(name, grown, Math.max(1, data.classes));
}

/** About a fifth of a second: a tree looks at each of its rows once a level for each column that a split looks at. */
function treesPerCall({ size, rules }: ForestKernel): number {
  const looks = size.rows * rules.columnsPerSplit * Math.log2(size.rows + 2);
  return Math.max(1, Math.floor(LOOKS_PER_CALL / looks)) * size.threads;
}

const LOOKS_PER_CALL = 6e7;
