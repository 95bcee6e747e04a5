import { refuseOnnx } from "../expression/expression-to-onnx.js";
import { cellsOf, NO_CELLS, type Encoder } from "./encoder.js";
import { murmur3 } from "./murmur3.js";
import type { EncodeCategorical } from "./preprocess-steps.js";

/** A category's MurmurHash3 names its column, and its sign, as in scikit-learn's FeatureHasher: nothing needs to be known. */
export interface HashingState {
  readonly encode: "hashing";
  readonly outputs: number;
  readonly signed: boolean;
}

export const fitHashing = (step: EncodeCategorical): HashingState => ({
  encode: "hashing",
  outputs: step.outputs ?? 16,
  signed: step.signed ?? true,
});

export const hashingEncoder: Encoder<HashingState> = {
  outputs: ({ outputs }, column) => Array.from({ length: outputs }, (_, index) => `${column}#${index}`),
  cells({ outputs, signed }) {
    const plus = Array.from({ length: outputs }, (_, position) => cellsOf(1, position));
    const minus = Array.from({ length: outputs }, (_, position) => cellsOf(-1, position));
    return (category) => {
      if (category === undefined) return NO_CELLS;
      const hash = murmur3(category);
      return (signed && hash < 0 ? minus : plus)[Math.abs(hash) % outputs]!;
    };
  },
  onnx: (_, __, { column }) =>
    refuseOnnx(`column ${JSON.stringify(column)}`, "ONNX has no operator that hashes a text"),
};
