import { ProblemError, type Column, type Table } from "@millrace/contracts";
import { copyColumn } from "../data/layout.js";
import { requireColumns, type Matrix } from "../data/matrix.js";

/** A column set to one value: a number, a code of a matrix, or a text of a table; NaN is missing. */
export interface Setting {
  readonly column: number;
  readonly value: number | string;
}

/** Rows of which a model can be asked what it would say if some columns were otherwise. */
export interface WhatIf<Input> {
  readonly rows: number;
  readonly columns: number;
  readonly input: Input;
  /** The rows as they are, but in the columns each row has the value of another one. Valid until the next question. */
  shuffled(columns: readonly number[], order: ArrayLike<number>): Input;
  /** The rows as they are, but with the same value everywhere in each of the columns. Valid until the next question. */
  set(settings: readonly Setting[]): Input;
  /** The values that the column has; undefined where they are texts or codes of categories. */
  numbers(column: number): ArrayLike<number> | undefined;
  /** The different texts or codes of it, in order. */
  categories(column: number): readonly (number | string)[];
}

/** What the model itself is given. One copy is changed and put back for each question, so memory does not grow. */
export function matrixWhatIf(x: Matrix, categorical: readonly number[] = []): WhatIf<Matrix> {
  const changed = { ...x, values: x.values.slice() };
  let touched: readonly number[] = [];
  const write = (columns: readonly number[], valueOf: (column: number, row: number) => number) => {
    for (const column of touched) fill(changed, column, (row) => x.values[row * x.columns + column]!);
    for (const column of columns) fill(changed, column, (row) => valueOf(column, row));
    touched = columns;
    return changed;
  };
  return {
    ...{ rows: x.rows, columns: x.columns, input: x },
    shuffled: (columns, order) => write(columns, (column, row) => x.values[order[row]! * x.columns + column]!),
    set(settings) {
      const columns = settings.map(({ column }) => column);
      const values = new Map(settings.map(({ column, value }) => [column, Number(value)]));
      return write(columns, (column) => values.get(column)!);
    },
    numbers: (column) => (categorical.includes(column) ? undefined : copyColumn(requireColumn(x, column), column)),
    categories: (column) => distinct(copyColumn(requireColumn(x, column), column)),
  };
}

/** What the pipeline is given: raw columns, in front of preprocessing. Columns that are not asked about are not copied. */
export function tableWhatIf(table: Table): WhatIf<Table> {
  const replaced = (columns: readonly number[], make: (column: Column, index: number) => Column): Table => ({
    ...table,
    columns: table.columns.map((column, index) => (columns.includes(index) ? make(column, index) : column)),
  });
  return {
    ...{ rows: table.rows, columns: table.columns.length, input: table },
    shuffled: (columns, order) => replaced(columns, (column) => reordered(column, order)),
    set(settings) {
      const values = new Map(settings.map(({ column, value }) => [column, value]));
      return replaced([...values.keys()], (column, index) => constant(column, values.get(index)!));
    },
    numbers: (index) => {
      const column = table.columns[index]!;
      return column.kind === "number" ? column.values : undefined;
    },
    categories: (index) => {
      const column = table.columns[index]!;
      if (column.kind === "number") return distinct(column.values);
      return distinct(column.codes.filter((code) => code >= 0)).map((code) => column.dictionary[code]!);
    },
  };
}

function fill({ rows, columns, values }: Matrix, column: number, valueOf: (row: number) => number): void {
  for (let row = 0; row < rows; row++) values[row * columns + column] = valueOf(row);
}

function reordered(column: Column, order: ArrayLike<number>): Column {
  if (column.kind === "text") return { ...column, codes: column.codes.map((_, row) => column.codes[order[row]!]!) };
  return { ...column, values: column.values.map((_, row) => column.values[order[row]!]!) };
}

function constant(column: Column, value: number | string): Column {
  if (column.kind === "number")
    return { ...column, values: new Float64Array(column.values.length).fill(Number(value)) };
  const code = column.dictionary.indexOf(String(value));
  if (code < 0 && !Number.isNaN(value)) throw unknownText(column.name, value);
  return { ...column, codes: new Int32Array(column.codes.length).fill(code) };
}

const distinct = (values: ArrayLike<number>): number[] =>
  [...new Set(Array.from(values).filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);

function requireColumn(x: Matrix, column: number): Matrix {
  if (!(column >= 0 && column < x.columns)) requireColumns(x, column + 1);
  return x;
}

const unknownText = (column: string, value: number | string): ProblemError =>
  new ProblemError({
    code: "TEXT_UNKNOWN",
    where: column,
    message: `${JSON.stringify(value)} does not come in this column.`,
    remedy: "Ask about a text of its dictionary.",
  });
