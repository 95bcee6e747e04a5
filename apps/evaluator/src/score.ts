import { columnNamed, ProblemError, Retry, type PipelineSpec, type Problem, type Table } from "@millrace/contracts";
import { evaluateProbabilities, labelsOf, type LoadedModel } from "@millrace/learning";

export type Metrics = Record<string, number>;

/** A model's metrics on rows that it never saw, predicted as it would when it serves. */
export function scoreOn(model: LoadedModel, rows: Table, { target }: Pick<PipelineSpec, "target">): Metrics {
  const { classes, metadata } = model;
  if (metadata.target !== target.column) throw otherTarget(metadata.target, target.column);
  const column = columnNamed(rows, target.column);
  if (column === undefined) throw withoutTarget(target.column);
  return evaluateProbabilities({
    labels: labelsOf(column, classes).codes,
    classes,
    probabilities: model.predictTable(rows),
    positive: target.positive,
    threshold: metadata.threshold,
  });
}

/**
 * The same for the champion, whose columns or classes the new rows may no longer have: then why it can't score them. Only
 * a problem that is stated counts as that. Anything else must not let a model pass for want of an opponent.
 */
export async function tryScore(score: () => Promise<Metrics>): Promise<{ metrics?: Metrics; problem?: Problem }> {
  try {
    return { metrics: await score() };
  } catch (error) {
    if (error instanceof ProblemError && !(error instanceof Retry)) return { problem: error.problem };
    throw error;
  }
}

const otherTarget = (predicted: string, wanted: string): ProblemError =>
  new ProblemError({
    code: "TARGET_CHANGED",
    message: `it predicts "${predicted}", and the pipeline is to predict "${wanted}" now.`,
  });

const withoutTarget = (target: string): ProblemError =>
  new ProblemError({
    code: "TARGET_MISSING",
    where: target,
    message: "the test rows have no such column to judge by.",
    remedy: "Send data with that column, or correct target.column in pipeline.yaml.",
  });
