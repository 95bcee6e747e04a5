import { castNode, FLOAT, rowNode } from "../expression/float-nodes.js";
import { byName, cellsOf, lookupNode, NO_CELLS, type Categories, type Encoder } from "./encoder.js";
import type { EncodeCategorical } from "./preprocess-steps.js";

/** A column of zeros and ones for each category, then one for all rare ones, then one for unknown ones. */
export interface OneHotState {
  readonly encode: "one-hot";
  readonly categories: readonly string[];
  readonly rare: readonly string[];
  readonly unknown: "ignore" | "column" | "rare";
}

export function fitOneHot({ names, counts, rows }: Categories, step: EncodeCategorical): OneHotState {
  const least = leastCount(step.minFrequency, rows);
  return {
    encode: "one-hot",
    categories: names.filter((_, code) => counts[code]! >= least),
    rare: names.filter((_, code) => counts[code]! < least),
    unknown: step.unknown ?? "ignore",
  };
}

/** Below 1 it is a share of the rows. */
export const leastCount = (minFrequency: number | undefined, rows: number): number =>
  minFrequency === undefined ? 1 : minFrequency < 1 ? minFrequency * rows : minFrequency;

/** The position of each category, and that of unknown ones; −1 is none. */
function positionsOf({ categories, rare, unknown }: OneHotState) {
  const known = byName(categories, (code) => code);
  for (const category of rare) known.set(category, categories.length);
  const afterRare = categories.length + (rare.length > 0 ? 1 : 0);
  const ofUnknown = { ignore: -1, column: afterRare, rare: rare.length > 0 ? categories.length : -1 }[unknown];
  return { known, ofUnknown, width: afterRare + (unknown === "column" ? 1 : 0) };
}

export const oneHotEncoder: Encoder<OneHotState> = {
  outputs({ categories, rare, unknown }, column) {
    const shared = [...(rare.length > 0 ? ["(rare)"] : []), ...(unknown === "column" ? ["(unknown)"] : [])];
    return [...categories, ...shared].map((category) => `${column}=${category}`);
  },
  cells(state) {
    const { known, ofUnknown } = positionsOf(state);
    const cells = new Map([...known].map(([category, position]) => [category, cellsOf(1, position)]));
    const unknown = ofUnknown < 0 ? NO_CELLS : cellsOf(1, ofUnknown);
    return (category) => (category === undefined ? NO_CELLS : (cells.get(category) ?? unknown));
  },
  onnx(state, graph, keys) {
    const { known, ofUnknown, width } = positionsOf(state);
    const position = lookupNode(graph, keys, known, ofUnknown, -1);
    const columns = Array.from({ length: width }, (_, index) => index);
    return castNode(graph, graph.add("Equal", [position, rowNode(graph, columns)]), FLOAT);
  },
};
