import type { Layout, Program } from "@millrace/kernels";
import { CATEGORIES, countCategoryNodes, nodeBytes, SET_BYTES, WIDE, writeNodes } from "../trees/score-nodes.js";
import { sumsOf } from "../trees/score-program.js";
import type { ScoreSlots } from "../trees/score-slots.js";
import type { TreeEnsemble, TreeModelState } from "../trees/tree-ensemble.js";
import type { TreePaths } from "./tree-shap-paths.js";
import { gaussLegendre } from "./tree-shap-points.js";
import { MOST_TABLE_PAIRS, pairsOf, type TablePlan } from "./tree-shap-tables.js";

/** Where a model that is explained lies in the memory of its kernel: see assembly/shap-record.ts. */
export type ModelPlaces = ReturnType<typeof takeModel>;

const TREE_BYTES = 32;
const VECTOR = 16;
const FACTOR_KINDS = 4;
/** Factors of all trees are kept up to so many bytes; those of larger models are made anew at each step. */
const KEPT_FACTORS_BYTES = 2 ** 26;

export function takeModel(layout: Layout, trees: TreeEnsemble, slots: ScoreSlots) {
  const count = trees.feature.length;
  return {
    record: layout.take(64),
    treeRecords: layout.take((trees.roots.length - 1) * TREE_BYTES),
    nodes: layout.take(count * nodeBytes(WIDE)),
    features: layout.take(count * 4),
    previous: layout.take(count * 4),
    shares: layout.take(count * 8),
    remaining: layout.take(count * 8),
    leafRows: layout.take(count * 4),
    order: layout.take(count * 4),
    values: layout.take(trees.values.length * 4),
    slotColumns: layout.take(slots.columns.length * 4),
    slotKinds: layout.take(slots.kinds.length),
    pointsOf: layout.take((MOST_TABLE_PAIRS + 1) * 4),
    sets: layout.take(countCategoryNodes(trees) * SET_BYTES),
  };
}

export interface TreeShape {
  readonly first: number;
  readonly count: number;
  /** Of points, which are two a vector. */
  readonly pairs: number;
  readonly points: number;
  /** 0 where they are not kept. */
  readonly factors: number;
  /** The records of its leaves; 0 where it is walked. */
  readonly paths: number;
}

const factorBytes = (nodes: number, pairs: number): number => nodes * FACTOR_KINDS * pairs * VECTOR;

export function takeTrees(layout: Layout, { roots }: TreeEnsemble, { mostColumns }: TreePaths, plan: TablePlan) {
  const sizes = Array.from(mostColumns, (columns, tree) => {
    return {
      first: roots[tree]!,
      count: roots[tree + 1]! - roots[tree]!,
      pairs: pairsOf(columns),
      record: plan.records[tree],
    };
  });
  const walked = sizes.filter(({ record }) => record === undefined);
  const bytes = walked.reduce((sum, { count, pairs }) => sum + factorBytes(count, pairs), 0);
  const points = new Map<number, number>();
  for (let pairs = 1; pairs <= MOST_TABLE_PAIRS; pairs++) points.set(pairs, layout.take(3 * pairs * VECTOR));
  for (const { pairs } of sizes) if (!points.has(pairs)) points.set(pairs, layout.take(3 * pairs * VECTOR));
  const shapes = sizes.map(({ first, count, pairs, record }): TreeShape => {
    const keep = record === undefined && bytes <= KEPT_FACTORS_BYTES;
    const factors = keep ? layout.take(factorBytes(count, pairs)) : 0;
    const paths = record === undefined ? 0 : layout.take(record.length);
    return { first, count, pairs, points: points.get(pairs)!, factors, paths };
  });
  return { shapes, points };
}

export function writeModel(
  state: TreeModelState,
  slots: ScoreSlots,
  paths: TreePaths,
  { memory: { buffer } }: Program,
  places: ModelPlaces,
): void {
  const { trees } = state;
  writeNodes(trees, slots, WIDE | CATEGORIES, buffer, places);
  new Int32Array(buffer, places.features, trees.feature.length).set(trees.feature);
  new Int32Array(buffer, places.previous, paths.previous.length).set(paths.previous);
  new Float64Array(buffer, places.shares, paths.shares.length).set(paths.shares);
  new Float64Array(buffer, places.remaining, paths.remaining.length).set(paths.remaining);
  new Float32Array(buffer, places.values, trees.values.length).set(trees.values);
  new Uint32Array(buffer, places.slotColumns, slots.columns.length).set(slots.columns);
  new Uint8Array(buffer, places.slotKinds, slots.kinds.length).set(slots.kinds);
  const { nodes, features, previous, shares, remaining, leafRows, values, slotColumns, slotKinds, pointsOf } = places;
  const record = [nodes, features, previous, shares, remaining, leafRows, values, trees.width];
  record.push(sumsOf(state), state.columns, slots.columns.length, slotColumns, slotKinds, pointsOf);
  new Uint32Array(buffer, places.record, record.length).set(record);
}

export function writeTrees(
  trees: TreeEnsemble,
  { shapes, points }: ReturnType<typeof takeTrees>,
  plan: TablePlan,
  program: Program,
  { record, treeRecords, pointsOf, order: orderAt }: ModelPlaces,
): void {
  const { buffer } = program.memory;
  const order = new Uint32Array(buffer, orderAt, trees.feature.length);
  const pointPlaces = new Uint32Array(buffer, pointsOf, MOST_TABLE_PAIRS + 1);
  points.forEach((at, pairs) => writePoints(pairs, at, buffer));
  points.forEach((at, pairs) => void (pairs <= MOST_TABLE_PAIRS && (pointPlaces[pairs] = at)));
  shapes.forEach(({ first, count, pairs, points: own, factors, paths }, tree) => {
    const inner = writeOrder(trees, first, count, order);
    const at = treeRecords + tree * TREE_BYTES;
    new Uint32Array(buffer, at, 8).set([first, count, orderAt + first * 4, inner, pairs, own, factors, paths]);
    if (paths !== 0) new Uint8Array(buffer, paths, plan.records[tree]!.length).set(plan.records[tree]!);
    if (factors !== 0) program.call("prepareTree", record, at, factors);
  });
}

/** Inner nodes first, then leaves; says how many inner nodes there are. */
function writeOrder({ feature }: TreeEnsemble, first: number, count: number, order: Uint32Array): number {
  let next = first;
  for (let node = first; node < first + count; node++) if (feature[node]! >= 0) order[next++] = node;
  const inner = next - first;
  for (let node = first; node < first + count; node++) if (feature[node]! < 0) order[next++] = node;
  return inner;
}

function writePoints(pairs: number, at: number, buffer: ArrayBufferLike): void {
  const { points, weights } = gaussLegendre(pairs * 2);
  const to = new Float64Array(buffer, at, pairs * 6);
  to.set(points);
  to.set(
    points.map((point) => 1 - point),
    pairs * 2,
  );
  to.set(weights, pairs * 4);
}
