import { sourceProblem } from "./source-problem.js";

/** The positions of the wanted columns, in the order in which they were asked for; all of them where none is named. */
export function choosePositions(path: string, names: readonly string[], wanted?: readonly string[]): number[] {
  refuseDuplicates(path, names);
  if (!wanted) return names.map((_, index) => index);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length === 0) return wanted.map((name) => names.indexOf(name));
  throw sourceProblem(
    "SOURCE_COLUMN_UNKNOWN",
    path,
    `it has no column ${unknown.map((name) => JSON.stringify(name)).join(", ")}.`,
    `Its columns are: ${names.join(", ")}.`,
  );
}

/** A name must say which column is meant. */
export function refuseDuplicates(path: string, names: readonly string[]): void {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  if (twice === undefined) return;
  throw sourceProblem(
    "SOURCE_DUPLICATE_COLUMN",
    path,
    `two columns are named ${JSON.stringify(twice)}.`,
    "Give each column its own name.",
  );
}
