import type { Column } from "@millrace/contracts";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface TargetFacts {
  readonly column: string;
  /** The labels with their counts, the rarest first. */
  readonly classes: readonly (readonly [label: string, count: number])[];
  readonly missing: number;
}

const MOST_CLASSES = 50;

/** The classes that are to be told apart. */
export function targetFacts(column: Column, file: string): TargetFacts {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const label of labelsOf(column)) {
    if (label === undefined) missing++;
    else counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const classes = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  if (classes.length < 2)
    throw notClasses(file, column.name, "it has one value only, so there is nothing to tell apart.");
  if (classes.length > MOST_CLASSES)
    throw notClasses(
      file,
      column.name,
      `it has ${classes.length} different values; a pipeline tells up to ${MOST_CLASSES} classes apart.`,
    );
  refuseSmall(classes, column.name, file);
  return { column: column.name, classes, missing };
}

// One to judge by, and one in each of two folds.
const FEWEST_ROWS = 3;

function refuseSmall(classes: TargetFacts["classes"], column: string, file: string): void {
  const small = classes.filter(([, count]) => count < FEWEST_ROWS);
  if (small.length === 0) return;
  if (small.length > classes.length / 2)
    throw notClasses(file, column, `most of its ${classes.length} values stand in fewer than ${FEWEST_ROWS} rows.`);
  const named = small.slice(0, 5).map(([label, count]) => `${JSON.stringify(label)} (${count})`);
  throw new CommandProblem(exitCodes.usage, {
    code: "TARGET_CLASS_TOO_SMALL",
    where: placeOf(file, column),
    message: `too few rows have ${named.join(", ")}${small.length > 5 ? " and others" : ""}: a class needs ${FEWEST_ROWS}, to learn from it and to judge by it.`,
    remedy: "Leave these rows out of the file, or make one class of several.",
  });
}

const placeOf = (file: string, column: string): string => `${file}, column ${JSON.stringify(column)}`;

function* labelsOf(column: Column): Generator<string | undefined> {
  if (column.kind === "text") for (const code of column.codes) yield column.dictionary[code];
  else for (const value of column.values) yield Number.isNaN(value) ? undefined : String(value);
}

const notClasses = (file: string, column: string, message: string): CommandProblem =>
  new CommandProblem(exitCodes.usage, {
    code: "TARGET_NOT_CLASSES",
    where: placeOf(file, column),
    message,
    remedy: "Name a column of few values with --target, or make classes of its numbers first.",
  });
