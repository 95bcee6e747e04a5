import type { DataOf, modelTrained, PipelineSpec, Table } from "@millrace/contracts";
import type { Matrix, ModelState } from "@millrace/learning";

/** What goes to the thread that learns. Plain data only. */
export interface FitJob {
  pipeline: PipelineSpec;
  /** The training rows as they came, for cross-validation: each fold fits its own preprocessing. */
  table: Table;
  features: string[];
  /** The same rows preprocessed, for the fit of the winner. */
  matrix: Matrix;
  labels: Int32Array;
  classes: string[];
}

/** As the event tells it: the scores, or why there are none. */
export type CandidateResult = DataOf<typeof modelTrained>["candidates"][number];

export interface FitResult {
  candidates: CandidateResult[];
  /** Which of the candidates won; −1 where all failed. */
  winner: number;
  model?: ModelState;
}
