import type { Categories, Encoder } from "./encoder.js";
import { fitFrequency, frequencyEncoder } from "./frequency.js";
import { fitHashing, hashingEncoder } from "./hashing.js";
import { fitNative, nativeEncoder } from "./native.js";
import { fitOneHot, oneHotEncoder } from "./one-hot.js";
import { fitOrdinal, ordinalEncoder } from "./ordinal.js";
import type { EncodeCategorical } from "./preprocess-steps.js";
import type { EncoderState } from "./preprocessor-state.js";
import { fitTarget, targetEncoder, type Target } from "./target-encode.js";

const encoders: { readonly [Name in EncoderState["encode"]]: unknown } = {
  "one-hot": oneHotEncoder,
  ordinal: ordinalEncoder,
  native: nativeEncoder,
  frequency: frequencyEncoder,
  hashing: hashingEncoder,
  target: targetEncoder,
};

export const encoderOf = ({ encode }: EncoderState): Encoder<EncoderState> => encoders[encode] as Encoder<EncoderState>;

export function fitEncoder(
  categories: Categories,
  step: EncodeCategorical,
  target: Target | undefined,
  column: string,
): EncoderState {
  const fit: { readonly [Name in EncodeCategorical["with"]]: () => EncoderState } = {
    "one-hot": () => fitOneHot(categories, step),
    ordinal: () => fitOrdinal(categories, step),
    native: () => fitNative(categories, step),
    frequency: () => fitFrequency(categories),
    hashing: () => fitHashing(step),
    target: () => fitTarget(categories, step, target, column),
  };
  return fit[step.with]();
}
