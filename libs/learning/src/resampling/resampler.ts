import type { Matrix } from "../data/matrix.js";
import type { FitContext, Parameters } from "../models/family.js";

/** The rows that a model is to learn from, and nothing else: rows that judge it are never seen here. */
export interface ResampleData {
  readonly x: Matrix;
  /** Class codes 0 … classes − 1. */
  readonly y: Int32Array;
  readonly classes: number;
  /** How much each row counts; each counts 1 where it is not said. */
  readonly weights?: Float64Array;
  /** The columns of x that hold codes of categories instead of numbers. */
  readonly categorical?: readonly number[];
}

/** First the rows that were kept, in their order, then the rows that were made, class by class. */
export interface Resampled {
  readonly x: Matrix;
  readonly y: Int32Array;
  readonly weights?: Float64Array;
  /** Which of the given rows the first rows are. */
  readonly kept: Int32Array;
  /** How many rows after them were made. */
  readonly made: number;
}

/** A way to make up for classes of different size. To add one is one file and one line in `resamplers`. */
export interface Resampler {
  readonly name: string;
  readonly defaults: Parameters;
  /** The defaults with what is given in their place; an unknown or wrong parameter is an error that names it. */
  parameters(given: Readonly<Record<string, unknown>>): Parameters;
  /** The same for the same seed, on any number of threads. */
  resample(data: ResampleData, parameters: Parameters, context: FitContext): Resampled;
}
