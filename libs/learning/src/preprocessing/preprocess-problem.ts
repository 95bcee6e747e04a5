import { ProblemError } from "@millrace/contracts";

export const preprocessProblem = (code: string, column: string, message: string, remedy: string): ProblemError =>
  new ProblemError({ code, where: `column ${JSON.stringify(column)}`, message, remedy });

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
    "it has a missing value and no step fills it.",
    `Add { impute: ${kind === "number" ? "numeric" : "categorical"}, with: most-frequent }, or drop the column.`,
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
