import { columnNamed, problemOf, Retry, type Problem, type Table } from "@millrace/contracts";
import { evaluateProbabilities, labelsOf, type LoadedModel } from "@millrace/learning";

/** A model's metrics on rows that it never saw. */
export function scoreOn(model: LoadedModel, rows: Table): Record<string, number> {
  const { classes, metadata } = model;
  const labels = labelsOf(columnNamed(rows, metadata.target)!, classes).codes;
  return evaluateProbabilities({
    labels,
    classes,
    probabilities: model.predictTable(rows),
    positive: metadata.positive,
  });
}

/** The same for the champion, whose columns the new rows may no longer have: then why it can't score them. */
export async function tryScore(
  load: () => Promise<LoadedModel>,
  rows: Table,
): Promise<{ metrics?: Record<string, number>; problem?: Problem }> {
  try {
    return { metrics: scoreOn(await load(), rows) };
  } catch (error) {
    if (error instanceof Retry) throw error;
    return { problem: problemOf(error) };
  }
}
