import { byName, cellsOf, lookupNode, type Categories, type Encoder } from "./encoder.js";
import type { EncodeCategorical } from "./preprocess-steps.js";

/** The place of a category in an order: 0, 1, …; −1 for an unknown one, NaN for a missing one that no step fills. */
export interface OrdinalState {
  readonly encode: "ordinal";
  readonly categories: readonly string[];
}

const UNKNOWN = -1;

export const fitOrdinal = ({ names }: Categories, step: EncodeCategorical): OrdinalState => ({
  encode: "ordinal",
  categories: step.order ?? names,
});

export const ordinalEncoder: Encoder<OrdinalState> = {
  outputs: (_, column) => [column],
  cells({ categories }) {
    const known = byName(categories, (code) => cellsOf(code));
    const [unknown, missing] = [cellsOf(UNKNOWN), cellsOf(NaN)];
    return (category) => (category === undefined ? missing : (known.get(category) ?? unknown));
  },
  onnx: ({ categories }, graph, keys) =>
    lookupNode(
      graph,
      keys,
      byName(categories, (code) => code),
      UNKNOWN,
      NaN,
    ),
};
