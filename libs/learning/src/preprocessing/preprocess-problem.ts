import { ProblemError } from "@millrace/contracts";
import type { PreprocessStep } from "./preprocess-steps.js";

export const preprocessProblem = (code: string, column: string, message: string, remedy: string): ProblemError =>
  new ProblemError({ code, where: `column ${JSON.stringify(column)}`, message, remedy });

export const stepProblem = (step: PreprocessStep, message: string, remedy: string): ProblemError =>
  new ProblemError({ code: "PREPROCESS_STEP_INVALID", where: `step ${JSON.stringify(step)}`, message, remedy });

export const columnMissing = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_COLUMN_UNKNOWN",
    column,
    "the table has no such column.",
    "Correct the name, or leave the feature out.",
  );

export const valueMissing = (column: string, kind: "number" | "text"): ProblemError =>
  preprocessProblem(
    "PREPROCESS_VALUE_MISSING",
    column,
    `it has a missing value${kind === "number" ? " (or one that is not finite)" : ""} and no step fills it.`,
    `Add { impute: ${kind === "number" ? "numeric" : "categorical"}, with: most-frequent }, or with: keep for models that learn from missing values, or drop the column.`,
  );

export const notEncoded = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_TEXT_NOT_ENCODED",
    column,
    "it holds texts and no step makes numbers of them.",
    "Add { encode: categorical, with: one-hot }, or drop the column.",
  );

export const nothingToLearn = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_COLUMN_EMPTY",
    column,
    "it has no value in any row, so there is nothing to learn from it.",
    "Drop the column.",
  );

export const textInstead = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_KIND_CHANGED",
    column,
    "it held numbers when the preprocessor was fitted and holds texts now.",
    "Correct the data.",
  );

export const nameTaken = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_NAME_TAKEN",
    column,
    "a column of this name is there already.",
    "Give the derived column another name.",
  );

export const targetNeeded = (column: string): ProblemError =>
  preprocessProblem(
    "PREPROCESS_TARGET_NEEDED",
    column,
    "it is encoded by the target, and no target is given.",
    "Give fitAndApplyPreprocessor the target, or encode the column in another way.",
  );

// 4 GB: V8 holds no larger array of floats in one piece on every machine.
const MOST_VALUES = 2 ** 30;

/** Refuses a matrix that would not fit, before any of it is made. */
export function refuseTooLarge(rows: number, columns: number): void {
  if (rows * columns <= MOST_VALUES) return;
  const gigabytes = ((rows * columns * 4) / 1e9).toFixed(1);
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `${rows} rows of ${columns} columns need ${gigabytes} GB; a matrix holds up to ${(MOST_VALUES * 4) / 1e9} GB.`,
    remedy: "Encode columns of many categories by target, frequency or hashing, set minFrequency, or take fewer rows.",
  });
}
