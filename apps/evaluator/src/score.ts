import { columnNamed, ProblemError, Retry, type PipelineSpec, type Problem, type Table } from "@millrace/contracts";
import { evaluateProbabilities, labelsOf, type LoadedModel, type Scored } from "@millrace/learning";

export type Metrics = Record<string, number>;
type Judged = Pick<PipelineSpec, "target">;

/** What a model says to rows that it never saw, as it would when it serves, beside what they are. */
export function scoredOn(model: LoadedModel, rows: Table, { target }: Judged): Scored {
  const { classes, metadata } = model;
  if (model.task === "regression") throw noClasses(metadata.target);
  if (metadata.target !== target.column) throw otherTarget(metadata.target, target.column);
  const column = columnNamed(rows, target.column);
  if (column === undefined) throw withoutTarget(target.column);
  return {
    labels: labelsOf(column, classes).codes,
    classes,
    probabilities: model.predictTable(rows),
    positive: target.positive,
    threshold: thresholdFor(metadata, target.positive),
  };
}

/** A threshold that was set for the other class of two is the rest of 1 for this one. */
function thresholdFor({ threshold, classes, positive = classes[1] }: LoadedModel["metadata"], asked = classes[1]) {
  if (threshold === undefined || classes.length !== 2 || positive === asked) return threshold;
  return 1 - threshold;
}

export const scoreOn = (model: LoadedModel, rows: Table, pipeline: Judged): Metrics =>
  evaluateProbabilities(scoredOn(model, rows, pipeline));

/**
 * The same for a model whose columns or classes the rows may not have: then why it can't score them. Only a problem that is
 * stated counts as that. Anything else must not let a model pass for want of an opponent.
 */
export async function tryScore<Result>(
  score: () => Result | Promise<Result>,
): Promise<{ scored: Result } | { problem: Problem }> {
  try {
    return { scored: await score() };
  } catch (error) {
    if (error instanceof ProblemError && !(error instanceof Retry) && !notOfTheModel(error))
      return { problem: error.problem };
    throw error;
  }
}

/** What says nothing about a model that was made elsewhere: its runtime is not installed here, or was too slow. */
export const notOfTheModel = (error: unknown): boolean =>
  error instanceof ProblemError && (error.code === "ONNX_RUNTIME_MISSING" || error.code === "ONNX_TIMED_OUT");

const otherTarget = (predicted: string, wanted: string): ProblemError =>
  new ProblemError({
    code: "TARGET_CHANGED",
    message: `it predicts "${predicted}", and the pipeline is to predict "${wanted}" now.`,
  });

const noClasses = (predicted: string): ProblemError =>
  new ProblemError({
    code: "MODEL_TASK_WRONG",
    message: `it says a value of "${predicted}" and no class (a regression), so it can't be compared by classes.`,
  });

const withoutTarget = (target: string): ProblemError =>
  new ProblemError({
    code: "TARGET_MISSING",
    where: target,
    message: "the test rows have no such column to judge by.",
    remedy: "Send data with that column, or correct target.column in pipeline.yaml.",
  });
