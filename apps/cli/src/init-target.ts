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
  return { column: column.name, classes, missing };
}

function* labelsOf(column: Column): Generator<string | undefined> {
  if (column.kind === "text") for (const code of column.codes) yield column.dictionary[code];
  else for (const value of column.values) yield Number.isNaN(value) ? undefined : String(value);
}

const notClasses = (file: string, column: string, message: string): CommandProblem =>
  new CommandProblem(exitCodes.usage, {
    code: "TARGET_NOT_CLASSES",
    where: `${file}, column ${JSON.stringify(column)}`,
    message,
    remedy: "Name a column of few values with --target, or make classes of its numbers first.",
  });
