/** What is known of a dataset's columns without its rows: plain JSON, of bounded size, and two of them can be merged. */
export interface Profile {
  readonly format: "millrace-profile/1";
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

export type ColumnProfile = NumberProfile | TextProfile;

interface CommonProfile {
  readonly name: string;
  readonly rows: number;
  readonly missing: number;
  /** How many different values there are: exact up to 512 and where no value comes twice, else within some 5 per cent. */
  readonly distinct: number;
}

export interface NumberProfile extends CommonProfile {
  readonly kind: "number";
  readonly infinite: number;
  readonly zeros: number;
  /** How many values are whole numbers. */
  readonly whole: number;
  /** Undefined where there is no finite value. */
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** Sum of squared differences from the mean. */
  readonly squares?: number;
  /** Of the distribution and of the different values: `quantile`, `shareBelow`, `histogram` and `mergeProfiles` read it. */
  readonly sketch: unknown;
}

export interface TextProfile extends CommonProfile {
  readonly kind: "text";
  /** The most frequent texts with their counts, most frequent first. */
  readonly top: readonly (readonly [text: string, count: number])[];
  /** Values that are none of `top`. */
  readonly others: number;
  readonly length?: { readonly min: number; readonly max: number; readonly mean: number };
  /** The most frequent shapes ("AA-999": letters A or a, digits 9) with their counts. */
  readonly shapes: readonly (readonly [shape: string, count: number])[];
  /** Of the different values: `mergeProfiles` reads it. */
  readonly sketch?: unknown;
}
