import type { BestMetric } from "./best-score.js";
import type { Draw } from "./draw.js";

/** undefined is a missing value. */
export type Cell = number | string | undefined;

/** A row of the first file, with the rows of the other files that belong to it. */
export interface Drawn {
  /** For each file, its rows. */
  readonly files: readonly (readonly (readonly Cell[])[])[];
  /** How likely the row is of the positive class; for `accuracy`: of its likeliest class. */
  readonly chance: number;
}

export interface SampleKind {
  readonly name: string;
  readonly about: string;
  readonly files: readonly { readonly file: string; readonly header: readonly string[] }[];
  readonly metric: BestMetric;
  /** Draws the next row; `drift` moves some columns by so many standard deviations, and the labels follow the moved values. */
  rowsOf(draw: Draw, drift: number): (index: number) => Drawn;
}
