import { ProblemError } from "@millrace/contracts";

/** The classes of a model, and how one of two is told from the other. */
export interface Decision {
  readonly classes: readonly string[];
  /** With two classes: the one that f1, precision and recall are about; the second by default. */
  readonly positive?: string;
  /** With two classes: from which probability on the positive one is predicted; 0.5 by default. */
  readonly threshold?: number;
}

/** The predicted class of each row: by the threshold with two classes, otherwise the likeliest (the first of several). */
export function predictedClasses(scored: Decision & { readonly probabilities: Float64Array }): Int32Array {
  const { probabilities, classes, threshold = 0.5 } = scored;
  const positive = positiveCode(scored);
  const predicted = new Int32Array(probabilities.length / classes.length);
  for (let row = 0; row < predicted.length; row++) {
    const start = row * classes.length;
    predicted[row] =
      positive === undefined
        ? likeliest(probabilities, start, classes.length)
        : byThreshold(probabilities[start + positive]!, positive, threshold);
  }
  return predicted;
}

/** The same for the probabilities of one row. */
export const choose = (probabilities: Float64Array, positive: number | undefined, threshold: number): number =>
  positive === undefined
    ? likeliest(probabilities, 0, probabilities.length)
    : byThreshold(probabilities[positive]!, positive, threshold);

/** With two classes the code of the positive one. */
export function positiveCode({ classes, positive }: Pick<Decision, "classes" | "positive">): number | undefined {
  if (positive !== undefined && !classes.includes(positive)) {
    throw new ProblemError({
      code: "POSITIVE_CLASS_UNKNOWN",
      message: `${JSON.stringify(positive)} is none of the classes.`,
      remedy: `The classes are ${classes.join(", ")}.`,
    });
  }
  if (classes.length !== 2) return undefined;
  return positive === undefined ? 1 : classes.indexOf(positive);
}

const byThreshold = (probability: number, positive: number, threshold: number): number =>
  probability >= threshold ? positive : 1 - positive;

function likeliest(probabilities: Float64Array, start: number, classes: number): number {
  let best = 0;
  for (let code = 1; code < classes; code++) {
    if (probabilities[start + code]! > probabilities[start + best]!) best = code;
  }
  return best;
}
