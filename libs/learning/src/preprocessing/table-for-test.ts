import type { Column, Table } from "@millrace/contracts";
import { rowOf, type Matrix } from "../data/matrix.js";
import { applyPreprocessor } from "./apply-preprocessor.js";
import { fitPreprocessor, type FitOptions } from "./fit-preprocessor.js";
import type { PreprocessStep } from "./preprocess-steps.js";

export type Cells = readonly (readonly (number | null)[])[];

export const numberColumn = (name: string, values: readonly (number | null)[]): Column => ({
  name,
  kind: "number",
  values: Float64Array.from(values, (value) => value ?? NaN),
});

export function textColumn(name: string, values: readonly (string | null)[]): Column {
  const dictionary = [...new Set(values.filter((value) => value !== null))].sort();
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value)));
  return { name, kind: "text", codes, dictionary };
}

export const tableOf = (...columns: readonly Column[]): Table => ({
  rows: columns[0]!.kind === "number" ? columns[0]!.values.length : columns[0]!.codes.length,
  columns,
});

export const numbers = (rows: Cells): Table =>
  tableOf(
    ...rows[0]!.map((_, index) =>
      numberColumn(
        `n${index}`,
        rows.map((row) => row[index] ?? null),
      ),
    ),
  );

export const texts = (values: readonly (string | null)[], name = "t"): Table => tableOf(textColumn(name, values));

export const namesOf = (table: Table): string[] => table.columns.map(({ name }) => name);

export const rowsOf = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, row) => [...rowOf(matrix, row)]);

/** Fitted on one table, through JSON, and applied to another. */
export function transformed(
  steps: readonly PreprocessStep[],
  table: Table,
  other = table,
  options: Partial<FitOptions> = {},
): number[][] {
  const state = fitPreprocessor(table, steps, { features: namesOf(table), ...options });
  return rowsOf(applyPreprocessor(JSON.parse(JSON.stringify(state)), other));
}
