import { cell, columnNamed, ProblemError, type Column, type OnnxSchema, type Table } from "@millrace/contracts";

type Feature = OnnxSchema["features"][number];

/** The columns of a table that a model takes, in its order; throws all that does not fit. */
export function columnsFor({ features }: OnnxSchema, table: Table): Column[] {
  const columns = features.map(({ name }) => columnNamed(table, name));
  const wrong = features.flatMap((feature, place) => misfitOf(feature, columns[place], table.rows) ?? []);
  if (wrong.length > 0) throw misfits(wrong, table);
  return columns as Column[];
}

interface Misfit {
  readonly name: string;
  readonly why: string;
}

function misfitOf({ name, kind, missing }: Feature, column: Column | undefined, rows: number): Misfit | undefined {
  if (column === undefined) return { name, why: "there is no such column" };
  if (kind === "number" && column.kind === "text")
    return { name, why: "the model takes a number, and the column is text" };
  const empty = missing ? 0 : emptyIn(column, rows);
  if (empty === 0) return undefined;
  return { name, why: `${empty} of ${rows} rows have no value, and the model's schema does not take a missing one` };
}

function emptyIn(column: Column, rows: number): number {
  let empty = 0;
  for (let row = 0; row < rows; row++) if (cell(column, row) === undefined) empty++;
  return empty;
}

const mostNamed = 5;

function misfits(wrong: readonly Misfit[], { columns }: Table): ProblemError {
  const named = wrong.slice(0, mostNamed).map(({ name, why }) => `feature "${name}": ${why}`);
  const more = wrong.length > mostNamed ? `; and ${wrong.length - mostNamed} more features` : "";
  return new ProblemError({
    code: "COLUMNS_MISFIT",
    message: `the rows do not fit the model's schema: ${named.join("; ")}${more}.`,
    remedy: `The rows have ${columns
      .map(({ name }) => name)
      .join(", ")
      .slice(0, 500)}: name the features so in the schema, and import the model again.`,
  });
}
