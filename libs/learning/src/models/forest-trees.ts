import { ProblemError } from "@millrace/contracts";
import { ASKS_CATEGORY, type TreeEnsemble } from "../trees/tree-ensemble.js";
import type { ForestKernel } from "./forest-kernel.js";
import { outputsOfSize } from "./forest-memory.js";

const SET_WORDS = 8;
/** A threshold is a float32, and it names the set that a node asks. */
const MOST_SETS = 2 ** 24;

/** A grown tree, its nodes, leaves and sets numbered from 0 on. */
type GrownTree = Omit<TreeEnsemble, "roots" | "width">;

/** Takes a tree out of the kernel's memory, where the next ones will be. */
export function takeTree({ program, places, size, placeOf }: ForestKernel, tree: number): GrownTree {
  const [address, firstNode, nodes, firstLeaf, leaves, firstSet, sets] = placeOf(tree) as unknown as number[];
  const room = places.rooms.find(({ room }) => room === address)!;
  const { buffer } = program.memory;
  const width = outputsOfSize(size);
  const floats = (at: number, first: number, count: number) => new Float32Array(buffer, at + first * 4, count).slice();
  const words = (at: number) => new Int32Array(buffer, at + firstNode! * 4, nodes).slice();
  return {
    feature: words(room.feature),
    threshold: floats(room.threshold, firstNode!, nodes!),
    left: words(room.left),
    flags: new Uint8Array(buffer, room.flags + firstNode!, nodes).slice(),
    cover: floats(room.cover, firstNode!, nodes!),
    gain: floats(room.gain, firstNode!, nodes!),
    values: floats(room.values, firstLeaf! * width, leaves! * width),
    sets: new Uint32Array(buffer, room.sets + firstSet! * SET_WORDS * 4, sets! * SET_WORDS).slice(),
  };
}

/** All trees as one ensemble. What is taken over is let go at once, so that a large forest is not held twice. */
export function joinForest(family: string, trees: readonly GrownTree[], width: number): TreeEnsemble {
  const roots = startsOf(trees.map(({ feature }) => feature.length));
  const leaves = startsOf(trees.map(({ values }) => values.length / width));
  const sets = startsOf(trees.map((tree) => tree.sets.length / SET_WORDS));
  refuseManySets(family, sets[trees.length]!);
  trees.forEach((tree, index) => moveNumbers(tree, roots[index]!, leaves[index]!, sets[index]!));
  const joined = <Key extends keyof GrownTree>(key: Key) => joinArrays(trees.map((tree) => tree[key]));
  return {
    roots,
    ...{ feature: joined("feature"), threshold: joined("threshold"), left: joined("left"), flags: joined("flags") },
    ...{ sets: joined("sets"), values: joined("values"), width, cover: joined("cover"), gain: joined("gain") },
  };
}

function startsOf(counts: readonly number[]): Int32Array {
  const starts = new Int32Array(counts.length + 1);
  counts.forEach((count, index) => (starts[index + 1] = starts[index]! + count));
  return starts;
}

/** From a tree's own numbers to those of the ensemble. */
function moveNumbers({ feature, left, threshold, flags }: GrownTree, root: number, leaf: number, set: number): void {
  for (let node = 0; node < left.length; node++) {
    left[node]! += feature[node]! < 0 ? leaf : root;
    if ((flags[node]! & ASKS_CATEGORY) !== 0) threshold[node]! += set;
  }
}

type NumberArray = Int32Array | Uint32Array | Uint8Array | Float32Array;

function joinArrays<Kind extends NumberArray>(parts: readonly Kind[]): Kind {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new (parts[0]!.constructor as new (length: number) => Kind)(length);
  let at = 0;
  for (const part of parts) {
    all.set(part as never, at);
    at += part.length;
  }
  return all;
}

function refuseManySets(family: string, sets: number): void {
  if (sets <= MOST_SETS) return;
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    where: family,
    message: `the trees ask ${sets} questions about categories, more than the ${MOST_SETS} that a model can hold.`,
    remedy: "Raise minRows, set maxDepth, or ask for fewer trees.",
  });
}
