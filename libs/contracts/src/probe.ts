import * as z from "zod";
import { cell, columnNamed, type Table } from "./table.js";

const value = z.union([z.number(), z.string(), z.null()]);

/**
 * A few rows with what a model says to them, as JSON. Whoever loads the model's package asks it the same and compares: a
 * package that answers otherwise is not the model that was judged.
 */
export const probe = z
  .looseObject({
    inputs: z.array(z.string()).describe("The model's inputs, in its order"),
    classes: z.array(z.string()),
    rows: z.array(z.array(value)).describe("Each by position, as predictRow takes it; null is a missing value"),
    predictions: z.array(z.array(z.number())).describe("Of each row the probability of each class"),
  })
  .meta({ id: "Probe" });

export type Probe = z.infer<typeof probe>;

/** How far two answers to the same row may lie apart. */
export const PROBE_TOLERANCE = 1e-6;

/** The rows of a table as a caller would send them, beside what a model says to them: `said` is rows × classes, row by row. */
export function probeOf(
  table: Table,
  { inputs, classes }: Pick<Probe, "inputs" | "classes">,
  said: Float64Array,
): Probe {
  const columns = inputs.map((name) => columnNamed(table, name));
  const each = <Value>(of: (row: number) => Value): Value[] => Array.from({ length: table.rows }, (_, row) => of(row));
  return {
    ...{ inputs, classes },
    rows: each((row) => columns.map((column) => (column === undefined ? null : (cell(column, row) ?? null)))),
    predictions: each((row) => [...said.subarray(row * classes.length, (row + 1) * classes.length)]),
  };
}
