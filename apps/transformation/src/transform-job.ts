import type { Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  prepareFold,
  prepareTraining,
  type FeatureDescription,
  type FoldData,
  type Matrix,
  type OnProgress,
  type PreparedRows,
  type PreprocessStep,
  type RowSplit,
} from "@millrace/learning";
import { summariseMatrix, summariseTable, type FeatureSummary } from "./feature-summary.js";
import { resampleOf, type Resampling } from "./steps-of.js";

/** What is the same in all jobs of one dataset. Plain data: it goes to a thread. */
export interface Preparing {
  readonly table: Table;
  readonly y: Int32Array;
  readonly classes: readonly string[];
  readonly features: readonly string[];
  readonly preprocess: readonly PreprocessStep[];
  readonly resampling?: Resampling;
  readonly seed: number;
}

export type TransformJob =
  | { readonly kind: "all"; readonly of: Preparing; readonly test: Table }
  | { readonly kind: "fold"; readonly of: Preparing; readonly split: RowSplit };

export interface Transformed extends PreparedRows {
  readonly testX: Matrix;
  readonly descriptions: readonly FeatureDescription[];
  readonly before: readonly FeatureSummary[];
  readonly after: readonly FeatureSummary[];
}

export type TransformResult = Transformed | FoldData;

/** One piece of the work: the preprocessing of all rows, or of one fold. */
export const doTransformJob = (job: TransformJob, _tell?: OnProgress): TransformResult =>
  job.kind === "all" ? transformAll(job) : prepareFold(trialOf(job.of), job.split);

function transformAll({ of, test }: Extract<TransformJob, { kind: "all" }>): Transformed {
  const prepared = prepareTraining(trialOf(of));
  const { state, matrix } = prepared;
  const inputs = state.inputs.map(({ name }) => name);
  return {
    ...prepared,
    testX: applyPreprocessor(state, test),
    descriptions: describeFeatures(of.table, inputs),
    before: summariseTable(of.table, inputs),
    after: summariseMatrix(matrix, state.outputs),
  };
}

const trialOf = ({ resampling, ...of }: Preparing) => ({ ...of, resample: resampling && resampleOf(resampling) });
