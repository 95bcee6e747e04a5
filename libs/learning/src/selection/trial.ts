import type { Table } from "@millrace/contracts";
import type { FitContext, TrainingData } from "../models/family.js";
import type { PreprocessStep } from "../preprocessing/preprocess-steps.js";

/** A model with its preprocessing, to be tried on some rows. */
export interface Trial {
  readonly table: Table;
  /** Class codes, one a row; or the values of a regression, which has no classes. */
  readonly y: Int32Array | Float64Array;
  readonly classes: readonly string[];
  readonly positive?: string;
  readonly threshold?: number;
  /** How much each row counts, in learning and in the metrics. */
  readonly weights?: Float64Array;
  readonly family: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly preprocess: readonly PreprocessStep[];
  readonly features: readonly string[];
  /** Changes the rows that a fold learns from, after preprocessing; the rows that it is tested on stay as they are. */
  readonly resample?: Resample;
  readonly seed: number;
}

export type Resample = (data: TrainingData, context: FitContext) => Pick<TrainingData, "x" | "y" | "weights">;

export type TrialContext = Omit<FitContext, "random">;

export interface FoldResult {
  readonly rows: Int32Array;
  /** rows × classes; of a regression the predicted values. */
  readonly probabilities: Float64Array;
  readonly metrics: Record<string, number>;
}
