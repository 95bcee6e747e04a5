/** The steps of a pipeline's `preprocess`. A column is first filled, then scaled or encoded, in whatever order they stand. */
export type PreprocessStep = ImputeNumeric | ImputeCategorical | ScaleNumeric | EncodeCategorical;

export interface ImputeNumeric {
  readonly impute: "numeric";
  readonly with: "mean" | "median" | "constant" | "most-frequent";
  /** For "constant"; 0 by default. */
  readonly value?: number;
}
export interface ImputeCategorical {
  readonly impute: "categorical";
  readonly with: "most-frequent" | "constant";
  /** For "constant"; "missing" by default. */
  readonly value?: string;
}
export interface ScaleNumeric {
  readonly scale: "numeric";
  readonly with: "standard" | "min-max" | "robust";
}
export interface EncodeCategorical {
  readonly encode: "categorical";
  readonly with: "one-hot";
  /** Categories with fewer rows share one column. */
  readonly minFrequency?: number;
}

/** What a preprocessor has learnt: plain JSON, enough to apply it anywhere. */
export interface PreprocessorState {
  readonly format: "millrace-preprocessor/1";
  readonly inputs: readonly InputState[];
  /** The names of the columns that come out. */
  readonly outputs: readonly string[];
}

export type InputState = NumericInput | CategoricalInput;

/** Gives one column: (value − center) / width. */
export interface NumericInput {
  readonly name: string;
  readonly kind: "number";
  /** Stands in for a missing value; null where no step fills it. */
  readonly fill: number | null;
  readonly center: number;
  readonly width: number;
}

/** Gives one column for each category, and one for all rare ones where there are any. */
export interface CategoricalInput {
  readonly name: string;
  readonly kind: "text";
  readonly fill: string | null;
  readonly categories: readonly string[];
  readonly rare: readonly string[];
}

export const widthOf = (input: InputState): number =>
  input.kind === "number" ? 1 : input.categories.length + (input.rare.length > 0 ? 1 : 0);

export const outputNames = (input: InputState): string[] =>
  input.kind === "number"
    ? [input.name]
    : [...input.categories, ...(input.rare.length > 0 ? ["(rare)"] : [])].map(
        (category) => `${input.name}=${category}`,
      );
