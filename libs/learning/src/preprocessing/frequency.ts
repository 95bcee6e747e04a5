import { byName, cellsOf, lookupNode, NO_CELLS, type Categories, type Encoder } from "./encoder.js";

/** The share of the training rows that have the category; 0 for an unknown one, NaN for a missing one that no step fills. */
export interface FrequencyState {
  readonly encode: "frequency";
  readonly categories: readonly string[];
  readonly shares: readonly number[];
}

export const fitFrequency = ({ names, counts, rows }: Categories): FrequencyState => ({
  encode: "frequency",
  categories: names,
  shares: counts.map((count) => Math.fround(count / rows)),
});

export const frequencyEncoder: Encoder<FrequencyState> = {
  outputs: (_, column) => [column],
  cells({ categories, shares }) {
    const known = byName(categories, (code) => cellsOf(shares[code]!));
    const missing = cellsOf(NaN);
    return (category) => (category === undefined ? missing : (known.get(category) ?? NO_CELLS));
  },
  onnx: ({ categories, shares }, graph, keys) =>
    lookupNode(
      graph,
      keys,
      byName(categories, (code) => shares[code]!),
      0,
      NaN,
    ),
};
