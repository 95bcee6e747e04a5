import type { LoadedModel, Row } from "@millrace/learning";

/** What a model says to a row: the class, or the value. Throws where it is no row of the model's. */
export function predictionOf(model: LoadedModel, row: unknown): string {
  if (model.task === "regression") return String(model.predictValue(row as Row));
  return model.predictRow(row as Row).prediction;
}
