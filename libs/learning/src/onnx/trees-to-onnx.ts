import { ProblemError } from "@millrace/contracts";
import {
  ASKS_CATEGORY,
  MISSING_LEFT,
  MOST_CATEGORIES,
  type TreeEnsemble,
  type TreeModelState,
} from "../trees/tree-ensemble.js";
import type { Graph } from "./graph.js";
import { cast, scalar, vector } from "./operators.js";
import { scoreLinks } from "./score-links.js";
import { newTreeTable, type Question, type TreeTable } from "./tree-table.js";

/** Every model of trees: one TreeEnsembleRegressor in doubles, then what makes outputs of its scores. */
export function treesToOnnx(state: TreeModelState, graph: Graph, x: string): string {
  const { trees, init, combine, link } = state;
  const targets = combine === "boosted" ? init.length : trees.width;
  const sums = tableOf(state).sums(graph, shiftedCodes(graph, cast(graph, x, "double"), state), targets);
  const scores =
    combine === "boosted"
      ? graph.add("Add", [sums, vector(graph, init)])
      : graph.add("Div", [sums, scalar(graph, treeCount(trees))]);
  return scoreLinks[link](graph, scores);
}

const treeCount = ({ roots }: TreeEnsemble): number => roots.length - 1;

function tableOf({ trees, combine, init }: TreeModelState): TreeTable {
  refuseLarge(trees);
  const table = newTreeTable();
  for (let tree = 0; tree < treeCount(trees); tree++) {
    const weightsOf =
      combine === "boosted"
        ? (leaf: number) => [[tree % init.length, trees.values[leaf * trees.width]!] as const]
        : (leaf: number) => shares(trees, leaf);
    addTree(table, trees, tree, weightsOf);
  }
  return table;
}

// A node takes 35 bytes, and an ONNX file less than 2 GB.
const MOST_NODES = 50_000_000;

function refuseLarge({ feature }: TreeEnsemble): void {
  if (feature.length <= MOST_NODES) return;
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `${feature.length} nodes of trees make an ONNX file of more than 2 GB; ${MOST_NODES} are the most.`,
    remedy: "Train fewer trees, limit their depth or leaves, or serve the package itself.",
  });
}

/** A leaf needs one entry at least; zeros beyond that are left out: most leaves of a deep forest have one class. */
function shares({ values, width }: TreeEnsemble, leaf: number): (readonly [number, number])[] {
  const all = Array.from({ length: width }, (_, target) => [target, values[leaf * width + target]!] as const);
  const some = all.filter(([, value]) => value !== 0);
  return some.length > 0 ? some : all.slice(0, 1);
}

type LeafWeights = (leaf: number) => Iterable<readonly [number, number]>;

function addTree(table: TreeTable, trees: TreeEnsemble, tree: number, weightsOf: LeafWeights): void {
  const [root, end] = [trees.roots[tree]!, trees.roots[tree + 1]!];
  let unused = end - root;
  for (let node = root; node < end; node++) {
    if (trees.feature[node]! < 0) table.end(tree, node - root, weightsOf(trees.left[node]!));
    else if (trees.flags[node]! & ASKS_CATEGORY) unused += askCategories(table, trees, tree, node, unused);
    else table.ask(tree, node - root, questionOf(trees, node, root, "BRANCH_LEQ", trees.threshold[node]!));
  }
}

const questionOf = (
  trees: TreeEnsemble,
  node: number,
  root: number,
  mode: Question["mode"],
  value: number,
): Question => ({
  mode,
  feature: trees.feature[node]!,
  value,
  yes: trees.left[node]! - root,
  no: trees.left[node]! - root + 1,
  missingYes: (trees.flags[node]! & MISSING_LEFT) !== 0,
});

/**
 * A set is asked code by code: each "true" leads to the left child, each "false" to the next code. Of a large set the codes
 * that are not in it are asked for, and lead to the right.
 */
function askCategories(table: TreeTable, trees: TreeEnsemble, tree: number, node: number, unused: number): number {
  const { codes, areMembers } = fewerCodes(trees, node);
  codes.forEach((code, index) => {
    const asked = questionOf(trees, node, trees.roots[tree]!, "BRANCH_EQ", code + SHIFT);
    const question = areMembers ? asked : inverted(asked);
    const last = index === codes.length - 1;
    const at = index === 0 ? node - trees.roots[tree]! : unused + index - 1;
    table.ask(tree, at, last ? question : { ...question, no: unused + index });
  });
  return codes.length - 1;
}

const inverted = ({ yes, no, missingYes, ...question }: Question): Question => ({
  ...question,
  ...{ yes: no, no: yes, missingYes: !missingYes },
});

const ALL_CODES = Array.from({ length: MOST_CATEGORIES }, (_, code) => code);

/** The codes in a node's set, or those that are not in it. */
function fewerCodes({ sets, threshold }: TreeEnsemble, node: number): { codes: number[]; areMembers: boolean } {
  const first = threshold[node]! * 8;
  const isMember = (code: number) => ((sets[first + (code >>> 5)]! >>> (code & 31)) & 1) === 1;
  const members = ALL_CODES.filter(isMember);
  const areMembers = members.length <= MOST_CATEGORIES / 2;
  const codes = areMembers ? members : ALL_CODES.filter((code) => !isMember(code));
  // Where there is none: a code that no value has, so that only a missing value can be the exception.
  return { codes: codes.length > 0 ? codes : [MOST_CATEGORIES], areMembers };
}

// onnxruntime (since its pull request 21222) joins nodes that ask one column for small codes (a bit each of 64) where their
// "true" leaves have the same weight, even if it is that of another target: a wrong class. So codes are moved to where nodes
// stay as they are.
const SHIFT = 256;

/** Makes what counts as missing in a column of categories a missing value for the operator too, and moves the codes. */
function shiftedCodes(graph: Graph, x: string, { trees, columns }: TreeModelState): string {
  const asked = new Set(trees.feature.filter((_, node) => (trees.flags[node]! & ASKS_CATEGORY) !== 0));
  if (asked.size === 0) return x;
  const values = Array.from({ length: columns }, (_, column) => asked.has(column));
  const isCategory = graph.constant({ type: "bool", values, shape: [columns] });
  const low = graph.add("Less", [x, scalar(graph, 0)]);
  const high = graph.add("GreaterOrEqual", [x, scalar(graph, MOST_CATEGORIES)]);
  const outside = graph.add("And", [isCategory, graph.add("Or", [low, high])]);
  const known = graph.add("Where", [outside, scalar(graph, NaN), x]);
  const moved = graph.add("Add", [graph.add("Floor", [known]), scalar(graph, SHIFT)]);
  return graph.add("Where", [isCategory, moved, known]);
}
