import { ProblemError } from "@millrace/contracts";
import { requireFinite, type Weights } from "./measure.js";
import type { Decision } from "./predicted-classes.js";

export interface Scored extends Decision {
  /** Class codes. */
  readonly labels: Int32Array;
  /** rows × classes, row by row. */
  readonly probabilities: Float64Array;
  /** How much each row counts; each counts 1 where it is not said. */
  readonly weights?: Weights;
}

/** A model that computes in float32 may give a little more than 1. */
const ROUNDING = 1e-5;

/** A class code for each row, and a probability for each row and class. */
export function requireScored({ labels, probabilities, classes }: Omit<Scored, "positive" | "threshold">): void {
  const right = labels.length > 0 && probabilities.length === labels.length * classes.length;
  if (!right || !labels.every((code) => code >= 0 && code < classes.length)) {
    throw invalid(
      `${labels.length} labels and ${probabilities.length} probabilities of ${classes.length} classes do not fit.`,
    );
  }
  requireFinite(probabilities, "probability", classes.length);
  const wrong = probabilities.find((value) => value < -ROUNDING || value > 1 + ROUNDING);
  if (wrong !== undefined) throw invalid(`${wrong} is no probability.`);
}

const invalid = (message: string): ProblemError =>
  new ProblemError({
    code: "SCORES_INVALID",
    message,
    remedy: "Give at least one row, a class code for each and a probability for each row and class.",
  });
