import { ProblemError, type Column } from "@millrace/contracts";

/** The target as class codes: each points into `classes`, which are in the order of their names. */
export interface Labels {
  codes: Int32Array;
  classes: string[];
}

const mostClasses = 100;

/**
 * Reads a target column as classes. With `classes` given, the codes point into those: so that the rows to judge by are
 * counted in the classes that the model learned.
 */
export function labelsOf(column: Column, classes?: readonly string[]): Labels {
  const names = namesOf(column);
  refuseMissing(column.name, names);
  const known = classes ?? sortedNames(new Set(names as string[]));
  if (known.length < 2 || known.length > mostClasses) throw notClasses(column.name, known);
  const codeOf = new Map(known.map((name, code) => [name, code]));
  const codes = Int32Array.from(names, (name) => codeOf.get(name!) ?? unknownClass(column.name, name!, known));
  return { codes, classes: [...known] };
}

const namesOf = (column: Column): (string | undefined)[] =>
  column.kind === "text"
    ? Array.from(column.codes, (code) => column.dictionary[code])
    : Array.from(column.values, (value) => (Number.isNaN(value) ? undefined : String(value)));

/** Numbers by size, everything else by name: 2 comes before 10. */
const sortedNames = (names: Set<string>): string[] => {
  const all = [...names];
  const numeric = all.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
  return numeric ? all.sort((a, b) => Number(a) - Number(b)) : all.sort((a, b) => (a < b ? -1 : 1));
};

function refuseMissing(column: string, names: readonly (string | undefined)[]): void {
  const missing = names.filter((name) => name === undefined).length;
  if (missing === 0) return;
  throw new ProblemError({
    code: "TARGET_VALUES_MISSING",
    where: column,
    message: `${missing} of ${names.length} rows have no value in the target column, the first is row ${names.indexOf(undefined) + 1}.`,
    remedy: "Leave those rows out of the source, or fill them in.",
  });
}

const notClasses = (column: string, classes: readonly string[]): ProblemError =>
  new ProblemError({
    code: "TARGET_NOT_CLASSES",
    where: column,
    message:
      classes.length < 2
        ? `the target has only one value (${classes.join("")}), so there is nothing to tell apart.`
        : `the target has ${classes.length} different values, more than the ${mostClasses} classes that a classifier takes.`,
    remedy: "Name a column with 2 to 100 classes as target.column.",
  });

function unknownClass(column: string, name: string, known: readonly string[]): never {
  throw new ProblemError({
    code: "TARGET_CLASS_UNKNOWN",
    where: column,
    message: `"${name}" is none of the classes ${known.join(", ")}.`,
    remedy: "Train on rows of every class.",
  });
}
