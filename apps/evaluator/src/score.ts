import { columnNamed, ProblemError, Retry, type PipelineSpec, type Problem, type Table } from "@millrace/contracts";
import { evaluateProbabilities, labelsOf, type LoadedModel, type Scored } from "@millrace/learning";

export type Metrics = Record<string, number>;
type Judged = Pick<PipelineSpec, "target">;

/** What a model says to rows that it never saw, as it would when it serves, beside what they are. */
export function scoredOn(model: LoadedModel, rows: Table, { target }: Judged): Scored {
  const { classes, metadata } = model;
  if (metadata.target !== target.column) throw otherTarget(metadata.target, target.column);
  const column = columnNamed(rows, target.column);
  if (column === undefined) throw withoutTarget(target.column);
  return {
    labels: labelsOf(column, classes).codes,
    classes,
    probabilities: model.predictTable(rows),
    positive: target.positive,
    threshold: metadata.threshold,
  };
}

export const scoreOn = (model: LoadedModel, rows: Table, pipeline: Judged): Metrics =>
  evaluateProbabilities(scoredOn(model, rows, pipeline));

/**
 * The same for a model whose columns or classes the rows may not have: then why it can't score them. Only a problem that is
 * stated counts as that. Anything else must not let a model pass for want of an opponent.
 */
export function tryScore<Result>(score: () => Result): { scored: Result } | { problem: Problem } {
  try {
    return { scored: score() };
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
