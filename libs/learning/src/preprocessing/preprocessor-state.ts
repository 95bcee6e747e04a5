import type { ValueKind } from "../expression/syntax.js";
import type { BucketsState } from "./buckets.js";
import type { ClipState } from "./clip.js";
import type { FrequencyState } from "./frequency.js";
import type { HashingState } from "./hashing.js";
import type { FillState } from "./impute.js";
import type { NeighboursState } from "./knn-impute.js";
import type { NativeState } from "./native.js";
import type { OneHotState } from "./one-hot.js";
import type { OrdinalState } from "./ordinal.js";
import type { PowerState } from "./power.js";
import type { QuantileState } from "./quantile-transform.js";
import type { ScaleState } from "./scale.js";
import type { TargetState } from "./target-encode.js";

export type * from "./preprocess-steps.js";

/** What a preprocessor has learnt: plain JSON, enough to apply it anywhere. */
export interface PreprocessorState {
  readonly format: "millrace-preprocessor/2";
  /** What comes in: the features in their order, then columns that are only derived from. */
  readonly inputs: readonly InputState[];
  readonly derived: readonly DerivedState[];
  /** Imputers that look at several columns. */
  readonly neighbours: readonly NeighboursState[];
  /** One for each column that something comes out of. */
  readonly chains: readonly ChainState[];
  /** The names of the columns that come out. */
  readonly outputs: readonly string[];
}

export interface InputState {
  readonly name: string;
  readonly kind: "number" | "text";
  /** refused: there is nothing to put in the place of a missing value. */
  readonly missing: "taken" | "refused";
}

export interface DerivedState {
  readonly name: string;
  readonly kind: ValueKind;
  readonly expression: string;
}

/** What becomes of one column: numbers go through steps, and what is encoded becomes one column or several. */
export interface ChainState {
  readonly column: string;
  readonly kind: "number" | "text";
  readonly missing: "taken" | "refused";
  /** Its last column says where a value was missing. */
  readonly indicator: boolean;
  readonly steps: readonly NumberStepState[];
  /** Stands in for a missing text; null where no step fills it. */
  readonly fill: string | null;
  readonly encoder: EncoderState | null;
}

export type NumberStepState = FillState | ClipState | ScaleState | PowerState | QuantileState | BucketsState;
export type EncoderState = OneHotState | OrdinalState | NativeState | FrequencyState | HashingState | TargetState;
