import type { DatePart } from "../expression/calendar.js";
import type { TextCount } from "../expression/texts.js";

/**
 * The steps of a pipeline's `preprocess`. Whatever order they stand in, columns are first derived (derive, dates, text), then
 * filled, clipped, scaled or cut into buckets, and at last encoded. A step that names columns takes the place of one that names
 * none; a column that is cut into buckets or encoded is not scaled.
 */
export type PreprocessStep =
  | DeriveStep
  | DatesStep
  | TextStep
  | ImputeNumeric
  | ImputeCategorical
  | ClipNumeric
  | ScaleNumeric
  | BucketsNumeric
  | EncodeCategorical;

interface OnColumns {
  /** All columns of the kind where it is left out. */
  readonly columns?: readonly string[];
}

/** New columns by expressions, which may use columns that are no features, and those derived before. */
export interface DeriveStep {
  readonly derive: Readonly<Record<string, string>>;
}

/** Numbers in place of dates (ISO texts, or milliseconds since 1970): `when.year`, `when.month`, … */
export interface DatesStep {
  readonly dates: readonly string[];
  /** All of them by default. */
  readonly parts?: readonly DatePart[];
}

/** Numbers in place of texts: `note.length`, `note.words`, `note.digits`. */
export interface TextStep {
  readonly text: readonly string[];
  readonly parts?: readonly TextCount[];
}

export interface ImputeNumeric extends OnColumns {
  readonly impute: "numeric";
  /** "keep" leaves missing values as they are, for models that learn from them. */
  readonly with: "mean" | "median" | "constant" | "most-frequent" | "knn" | "keep";
  /** For "constant"; 0 by default. */
  readonly value?: number;
  /** For "knn"; 5 by default. */
  readonly neighbours?: number;
  /** For "knn": whether nearer neighbours count more; "uniform" by default. */
  readonly weights?: "uniform" | "distance";
  /** For "knn": how many training rows are kept to look among; 5,000 by default. */
  readonly sample?: number;
  /** Adds a column that says where a value was missing, for each column that had one. */
  readonly indicators?: boolean;
}

export interface ImputeCategorical extends OnColumns {
  readonly impute: "categorical";
  readonly with: "most-frequent" | "constant" | "keep";
  /** For "constant"; "missing" by default. */
  readonly value?: string;
  readonly indicators?: boolean;
}

/** Draws in what lies beyond two bounds. */
export interface ClipNumeric extends OnColumns {
  readonly clip: "numeric";
  /** quantiles: from `low` to `high`. iqr: `factor` times the distance of the quartiles beyond them. */
  readonly with: "quantiles" | "iqr";
  /** 0.01 by default. */
  readonly low?: number;
  /** 0.99 by default. */
  readonly high?: number;
  /** 1.5 by default. */
  readonly factor?: number;
}

export interface ScaleNumeric extends OnColumns {
  readonly scale: "numeric";
  /** "power" is Yeo-Johnson's transform, standardised. "none" lets columns out that a step without names would scale. */
  readonly with: "standard" | "min-max" | "robust" | "max-abs" | "power" | "quantile" | "none";
  /** For "quantile"; "uniform" by default. */
  readonly output?: "uniform" | "normal";
  /** For "quantile": 1,000 by default, and never more than there are rows. */
  readonly quantiles?: number;
}

/** A number becomes the number of its bucket: 0, 1, … */
export interface BucketsNumeric extends OnColumns {
  readonly buckets: "numeric";
  readonly with: "borders" | "quantile" | "uniform";
  /** For "borders": rising; a value on a border belongs above it. */
  readonly borders?: readonly number[];
  /** 5 by default. */
  readonly count?: number;
}

/** Makes numbers of texts; also of the numbers and buckets of columns that it names. */
export interface EncodeCategorical extends OnColumns {
  readonly encode: "categorical";
  /** "native": one column of codes for tree models that ask for categories themselves. */
  readonly with: "one-hot" | "ordinal" | "native" | "frequency" | "hashing" | "target";
  /** For "one-hot" and "native": categories with fewer rows (below 1: a smaller share of the rows) share a column or code. */
  readonly minFrequency?: number;
  /** For "one-hot": what a category becomes that was not there in training. All zeros ("ignore") by default. */
  readonly unknown?: "ignore" | "column" | "rare";
  /** For "ordinal": the categories from low to high; sorted by default. */
  readonly order?: readonly string[];
  /** For "hashing": 16 by default. */
  readonly outputs?: number;
  /** For "hashing": whether half of the texts count −1; true by default. */
  readonly signed?: boolean;
  /** For "target": "auto" by default, or how many rows the overall mean counts as. */
  readonly smoothing?: "auto" | number;
  /** For "target": into how many folds the training rows are dealt; 5 by default. */
  readonly folds?: number;
}
