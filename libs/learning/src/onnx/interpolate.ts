import type { Graph } from "./graph.js";
import { cast, vector } from "./operators.js";
import { newTreeTable, type TreeTable } from "./tree-table.js";

/**
 * Each number of a column of doubles [N, 1] as the line through the points (x, y), x rising, has it; beyond them the
 * first or last y. A tree finds the points on both sides: comparing with all would take N × points of memory.
 */
export function interpolate(graph: Graph, column: string, x: ArrayLike<number>, y: ArrayLike<number>): string {
  const index = cast(graph, countTree(x).sums(graph, column, 1), "int64");
  const segments = Array.from({ length: x.length + 1 }, (_, count) => segmentAfter(x, y, count));
  const at = (part: keyof Segment) =>
    graph.add("Gather", [
      vector(
        graph,
        segments.map((segment) => segment[part]),
      ),
      index,
    ]);
  const along = graph.add("Sub", [column, at("from")]);
  return graph.add("Add", [at("value"), graph.add("Mul", [along, at("slope")])]);
}

interface Segment {
  readonly from: number;
  readonly value: number;
  readonly slope: number;
}

/** The line that holds where `count` of the points lie at or before a number. */
function segmentAfter(x: ArrayLike<number>, y: ArrayLike<number>, count: number): Segment {
  const before = Math.max(0, count - 1);
  const [from, value] = [x[before]!, y[before]!];
  const beyond = count === 0 || count === x.length || x[count] === from;
  return { from, value, slope: beyond ? 0 : (y[count]! - value) / (x[count]! - from) };
}

/** Counts by bisection how many points lie at or before a number. */
function countTree(x: ArrayLike<number>): TreeTable {
  const table = newTreeTable();
  addRange(table, x, { node: 0, low: 0, high: x.length });
  return table;
}

/** A range of n counts takes 2 n − 1 nodes, from `node` on: a node, those of its lower half, and those of its upper one. */
function addRange(
  table: TreeTable,
  x: ArrayLike<number>,
  { node, low, high }: Record<"node" | "low" | "high", number>,
): void {
  if (low === high) return table.end(0, node, [[0, low]]);
  const middle = (low + high) >>> 1;
  const [yes, no] = [node + 1, node + 2 * (middle - low + 1)];
  table.ask(0, node, { mode: "BRANCH_LT", feature: 0, value: x[middle]!, yes, no, missingYes: false });
  addRange(table, x, { node: yes, low, high: middle });
  addRange(table, x, { node: no, low: middle + 1, high });
}
