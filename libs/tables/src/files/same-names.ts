import { basename } from "node:path";
import { sourceProblem } from "./source-problem.js";
import { refuseDuplicates } from "./choose-columns.js";

interface NamedFile {
  readonly path: string;
  readonly names: readonly string[];
}

/** The names of the columns, which all files must have, in the first one's order. */
export function sameNames(files: readonly NamedFile[]): readonly string[] {
  const [first, ...others] = files;
  for (const { path, names } of files) refuseDuplicates(path, names);
  for (const { path, names } of others) {
    const [missing] = without(first!.names, names);
    if (missing !== undefined)
      throw changed(path, `lacks the column ${JSON.stringify(missing)} of ${basename(first!.path)}.`);
    const [added] = without(names, first!.names);
    if (added !== undefined)
      throw changed(path, `has the column ${JSON.stringify(added)}, ${basename(first!.path)} has not.`);
  }
  return first!.names;
}

const without = (names: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
};

const changed = (path: string, message: string) =>
  sourceProblem("SOURCE_SCHEMA_CHANGED", path, message, "Files that are read together need the same columns.");
