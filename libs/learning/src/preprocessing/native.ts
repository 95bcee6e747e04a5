import { byName, cellsOf, lookupNode, type Categories, type Encoder } from "./encoder.js";
import { leastCount } from "./one-hot.js";
import type { EncodeCategorical } from "./preprocess-steps.js";

/** Codes 0, 1, … for models that ask for categories themselves. Missing and unknown ones are NaN, which is missing to them. */
export interface NativeState {
  readonly encode: "native";
  readonly categories: readonly string[];
  /** They share the code after the last one. */
  readonly rare: readonly string[];
}

// Codes 0 to 254 can be in a set of a tree: see trees/tree-ensemble.ts.
const MOST_CODES = 255;

/** Where there are too many categories, the most frequent 254 have a code of their own. */
export function fitNative({ names, counts, rows }: Categories, step: EncodeCategorical): NativeState {
  const least = leastCount(step.minFrequency, rows);
  const byCount = names.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const frequent = byCount.filter((code) => counts[code]! >= least);
  const fits = frequent.length === names.length ? names.length <= MOST_CODES : frequent.length < MOST_CODES;
  const kept = new Set(fits ? frequent : frequent.slice(0, MOST_CODES - 1));
  return {
    encode: "native",
    categories: names.filter((_, code) => kept.has(code)),
    rare: names.filter((_, code) => !kept.has(code)),
  };
}

function codesOf({ categories, rare }: NativeState): Map<string, number> {
  const codes = byName(categories, (code) => code);
  for (const category of rare) codes.set(category, categories.length);
  return codes;
}

export const nativeEncoder: Encoder<NativeState> = {
  outputs: (_, column) => [column],
  cells(state) {
    const known = new Map([...codesOf(state)].map(([category, code]) => [category, cellsOf(code)]));
    const missing = cellsOf(NaN);
    return (category) => (category === undefined ? missing : (known.get(category) ?? missing));
  },
  onnx: (state, graph, keys) => lookupNode(graph, keys, codesOf(state), NaN, NaN),
};
