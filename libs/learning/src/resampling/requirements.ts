import { ProblemError, type Problem } from "@millrace/contracts";
import type { Matrix, Numbers } from "../data/matrix.js";
import { presentClasses } from "./class-sizes.js";
import type { ResampleData } from "./resampler.js";

/** Refuses rows whose classes nothing can be said about. */
export function requireClasses({ x, y, classes, weights }: ResampleData): void {
  if (y.length !== x.rows)
    refuse("RESAMPLE_LABELS_WRONG", `${x.rows} rows have ${y.length} labels.`, "Give one label a row.");
  if (weights && weights.length !== x.rows)
    refuse(
      "RESAMPLE_WEIGHTS_WRONG",
      `${x.rows} rows have ${weights.length} weights.`,
      "Give one weight a row, or none.",
    );
  const wrong = y.findIndex((code) => !(code >= 0 && code < classes));
  if (wrong >= 0)
    refuse(
      "RESAMPLE_LABELS_WRONG",
      `the label ${y[wrong]} of row ${wrong} is not one of the ${classes} classes.`,
      "Drop the rows without a target.",
    );
  if (presentClasses({ y, classes }).length < 2)
    refuse(
      "RESAMPLE_ONE_CLASS",
      "the rows have fewer than two classes.",
      "Add rows of another class, or do not resample.",
    );
}

/** Refuses what has no distance to other rows: missing and infinite values, and codes of categories. */
export function requireNumbers(resampler: string, data: ResampleData): void {
  refuseCategories(resampler, data);
  requireFinite(data, () => true);
}

function refuseCategories(resampler: string, { categorical = [] }: ResampleData): void {
  if (categorical.length === 0) return;
  refuse(
    "RESAMPLE_CATEGORICAL",
    `${resampler} measures distances, and ${columnsNamed(categorical)} of categories.`,
    "Encode them as numbers before (one-hot), or use smote-nc.",
  );
}

/** Refuses a value that is not finite in a column that counts. */
export function requireFinite({ x }: ResampleData, counts: (column: number) => boolean): void {
  if (allFinite(x.values)) return;
  const at = x.values.findIndex((value: number, at: number) => !Number.isFinite(value) && counts(at % x.columns));
  if (at >= 0) refuseNotFinite(x, at);
}

/** 0 times a value is 0, unless it is missing or infinite. Two sums, because one has to wait for itself. */
function allFinite(values: Numbers): boolean {
  let [even, odd] = [0, 0];
  for (let at = 0; at + 1 < values.length; at += 2) {
    even += values[at]! * 0;
    odd += values[at + 1]! * 0;
  }
  return even + odd === 0 && Number.isFinite(values.at(-1) ?? 0);
}

function refuseNotFinite({ values, columns }: Matrix, at: number): never {
  const value = values[at]!;
  refuse(
    "RESAMPLE_MATRIX_NOT_FINITE",
    `the value in column ${at % columns} is ${Number.isNaN(value) ? "missing" : value}, so the row has no neighbours.`,
    "Fill in missing values in preprocess, before the resampling, or use over, under or class-weight.",
    `row ${Math.floor(at / columns)}`,
  );
}

/** smote-nc is for rows of both kinds of columns. */
export function requireMixed({ x, categorical = [] }: ResampleData): void {
  const outside = categorical.find((column) => !(Number.isInteger(column) && column >= 0 && column < x.columns));
  if (outside !== undefined)
    refuse(
      "RESAMPLE_CATEGORICAL_UNKNOWN",
      `there is no column ${outside} in a matrix of ${x.columns} columns.`,
      "Name columns by their index, from 0.",
    );
  const count = new Set(categorical).size;
  if (count === 0)
    refuse(
      "RESAMPLE_NO_CATEGORICAL",
      "smote-nc was given no columns of categories.",
      "Use smote, or name the columns.",
    );
  if (count === x.columns)
    refuse(
      "RESAMPLE_ALL_CATEGORICAL",
      "all columns are of categories, and smote-nc needs at least one of numbers.",
      "Use over or class-weight, or encode the categories as numbers and use smote.",
    );
}

/** Rows are made between a row and one of its neighbours, so a class needs more rows than neighbours. */
export function requireNeighbours(resampler: string, code: number, rows: number, neighbours: number): void {
  if (rows > neighbours) return;
  const remedy = "Use over or class-weight, or add rows of that class.";
  if (rows === 1) refuse("RESAMPLE_CLASS_TOO_SMALL", `class ${code} has one row, which has no neighbours.`, remedy);
  refuse(
    "RESAMPLE_CLASS_TOO_SMALL",
    `class ${code} has ${rows} rows, so none of them has ${neighbours} neighbours in its class.`,
    `Set ${resampler}.neighbours to ${rows - 1} or less. ${remedy}`,
  );
}

/** Among all rows. */
export function requireRows(resampler: string, parameter: string, rows: number, neighbours: number): void {
  if (rows > neighbours) return;
  refuse(
    "RESAMPLE_ROWS_TOO_FEW",
    `${rows} rows are too few for ${neighbours} neighbours of each.`,
    `Set ${resampler}.${parameter} to ${rows - 1} or less, or add rows.`,
  );
}

const columnsNamed = (columns: readonly number[]): string =>
  columns.length === 1 ? `column ${columns[0]} is one` : `the columns ${columns.join(", ")} are`;

export function refuse(code: string, message: string, remedy: string, where?: string): never {
  const problem: Problem = { code, message, remedy, ...(where !== undefined && { where }) };
  throw new ProblemError(problem);
}
