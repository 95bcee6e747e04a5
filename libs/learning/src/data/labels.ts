import { cell, ProblemError, type Column } from "@millrace/contracts";
import { labelCodes, type Labels } from "./label-codes.js";

const mostClasses = 100;

/** The target as class codes, with every row known: what can't be learned from, or judged by, is refused by name. */
export function labelsOf(column: Column, classes?: readonly string[]): Labels {
  const labels = labelCodes(column, classes);
  refuseMissing(column, labels);
  if (classes === undefined) refuseNotClasses(column.name, labels.classes);
  return labels;
}

function refuseMissing(column: Column, { codes, classes }: Labels): void {
  const row = codes.indexOf(-1);
  if (row < 0) return;
  const value = cell(column, row);
  if (value !== undefined) throw unknownClass(column.name, String(value), classes);
  const missing = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0);
  throw new ProblemError({
    code: "TARGET_VALUES_MISSING",
    where: column.name,
    message: `${missing} of ${codes.length} rows have no value in the target column, the first is row ${row + 1}.`,
    remedy: "Leave those rows out of the source, or fill them in.",
  });
}

function refuseNotClasses(column: string, classes: readonly string[]): void {
  if (classes.length >= 2 && classes.length <= mostClasses) return;
  throw new ProblemError({
    code: "TARGET_NOT_CLASSES",
    where: column,
    message:
      classes.length < 2
        ? `the target has only one value (${classes.join("")}), so there is nothing to tell apart.`
        : `the target has ${classes.length} different values, more than the ${mostClasses} classes that a classifier takes.`,
    remedy: `Name a column with 2 to ${mostClasses} classes as target.column.`,
  });
}

const unknownClass = (column: string, name: string, known: readonly string[]): ProblemError =>
  new ProblemError({
    code: "TARGET_CLASS_UNKNOWN",
    where: column,
    message: `"${name}" is none of the classes ${known.join(", ")}.`,
    remedy: "Train on rows of every class.",
  });
