import type { Graph } from "../onnx/graph.js";
import { isNaNNode, numberNode, whereNode } from "../expression/float-nodes.js";

/** What a category writes into the columns that its column becomes; all others stay 0. */
export interface Cells {
  readonly positions: readonly number[];
  readonly values: readonly number[];
}

export const NO_CELLS: Cells = { positions: [], values: [] };

export const cellsOf = (value: number, position = 0): Cells =>
  value === 0 ? NO_CELLS : { positions: [position], values: [value] };

/** Makes one or several numbers of a category. */
export interface Encoder<State> {
  /** Names of the columns that come out. */
  outputs(state: State, column: string): string[];
  /** What a category becomes; undefined is one that is missing and that no step fills. */
  cells(state: State): (category: string | undefined) => Cells;
  /** The same in ONNX, [N, outputs]. */
  onnx(state: State, graph: Graph, keys: CategoryTensor): string;
}

/** A column of categories in a graph: strings where a missing one is "", or floats where it is NaN. */
export interface CategoryTensor {
  readonly column: string;
  readonly tensor: string;
  readonly kind: "text" | "number";
  /** What stands in for a missing text. */
  readonly fill: string | null;
}

/** The categories of a column that an encoder is fitted on. */
export interface Categories {
  /** Those that are there, in order. */
  readonly names: readonly string[];
  readonly counts: readonly number[];
  /** Of the whole column, with what is missing. */
  readonly rows: number;
  /** The category of each row; −1 is missing. */
  readonly codes: () => Int32Array;
}

/** A number for each category, one for those that are not known, one for a missing one: a tensor [N, 1]. */
export function lookupNode(
  graph: Graph,
  keys: CategoryTensor,
  values: ReadonlyMap<string, number>,
  unknown: number,
  missing: number,
): string {
  const numbers = [...values.values()];
  const otherwise = { values_floats: { floats: numbers }, default_float: { float: unknown } };
  if (keys.kind === "number") {
    const names = { keys_floats: { floats: [...values.keys()].map(Number) } };
    const found = graph.add("LabelEncoder", [keys.tensor], { ...names, ...otherwise }, "ai.onnx.ml");
    return whereNode(graph, isNaNNode(graph, keys.tensor), numberNode(graph, missing), found);
  }
  const ofMissing = keys.fill === null ? missing : (values.get(keys.fill) ?? unknown);
  return graph.add(
    "LabelEncoder",
    [keys.tensor],
    {
      keys_strings: { strings: [...values.keys(), ""] },
      values_floats: { floats: [...numbers, ofMissing] },
      default_float: { float: unknown },
    },
    "ai.onnx.ml",
  );
}

export const byName = <Value>(names: readonly string[], value: (code: number) => Value): Map<string, Value> =>
  new Map(names.map((name, code) => [name, value(code)]));
