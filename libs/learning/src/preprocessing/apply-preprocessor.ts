import { columnNamed, type Column, type Table } from "@millrace/contracts";
import type { Matrix } from "../data/matrix.js";
import { columnMissing, textInstead, valueMissing } from "./preprocess-problem.js";
import {
  widthOf,
  type CategoricalInput,
  type InputState,
  type NumericInput,
  type PreprocessorState,
} from "./preprocessor-state.js";

/** A row to serve: by position in the order of the features, or by name. */
export type Row = ArrayLike<unknown> | Readonly<Record<string, unknown>>;

/** The matrix that a model learns from and predicts with. */
export function applyPreprocessor(state: PreprocessorState, table: Table): Matrix {
  const columns = state.outputs.length;
  const values = new Float64Array(table.rows * columns);
  let offset = 0;
  for (const input of state.inputs) {
    const column = columnNamed(table, input.name);
    if (!column) throw columnMissing(input.name);
    writeColumn(input, column, values, offset, columns);
    offset += widthOf(input);
  }
  return { rows: table.rows, columns, values };
}

function writeColumn(input: InputState, column: Column, into: Float64Array, offset: number, stride: number): void {
  if (input.kind === "number") writeNumbers(input, column, into, offset, stride);
  else writeCategories(input, column, into, offset, stride);
}

function writeNumbers(input: NumericInput, column: Column, into: Float64Array, offset: number, stride: number): void {
  if (column.kind === "text") throw textInstead(input.name);
  const { values } = column;
  for (let row = 0; row < values.length; row++) into[row * stride + offset] = numberOf(input, values[row]!);
}

function writeCategories(
  input: CategoricalInput,
  column: Column,
  into: Float64Array,
  offset: number,
  stride: number,
): void {
  const positionOf = positions(input);
  const rows = column.kind === "text" ? column.codes : column.values;
  const known = column.kind === "text" ? column.dictionary.map((text) => positionOf(text)) : undefined;
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row]!;
    const position =
      known && value >= 0 ? known[value]! : positionOf(known || Number.isNaN(value) ? undefined : String(value));
    if (position >= 0) into[row * stride + offset + position] = 1;
  }
}

/** Everything that makes a number of a cell goes through here and `positions`, so a row and a table agree to the bit. */
function numberOf(input: NumericInput, value: number): number {
  if (value === value) return (value - input.center) / input.width;
  if (input.fill === null) throw valueMissing(input.name, "number");
  return (input.fill - input.center) / input.width;
}

/** Which of an input's columns a text sets to 1; −1 for a text that was not there when it was fitted. */
function positions(input: CategoricalInput): (text: string | undefined) => number {
  const known = new Map(input.categories.map((category, position) => [category, position]));
  for (const category of input.rare) known.set(category, input.categories.length);
  return (text) => {
    if (text !== undefined) return known.get(text) ?? -1;
    if (input.fill === null) throw valueMissing(input.name, "text");
    return known.get(input.fill) ?? -1;
  };
}

/** Prepares a function for rows one by one: fast, and with the numbers of applyPreprocessor to the bit. */
export function compileRow(state: PreprocessorState): (row: Row) => Float64Array {
  const width = state.outputs.length;
  const writers = cellWriters(state);
  const names = state.inputs.map(({ name }) => name);
  return (row) => {
    const into = new Float64Array(width);
    if (isByPosition(row)) for (let index = 0; index < writers.length; index++) writers[index]!(row[index], into);
    else for (let index = 0; index < writers.length; index++) writers[index]!(row[names[index]!], into);
    return into;
  };
}

export const isByPosition = (row: Row): row is ArrayLike<unknown> => Array.isArray(row) || ArrayBuffer.isView(row);

type CellWriter = (value: unknown, into: Float64Array) => void;

function cellWriters({ inputs }: PreprocessorState): CellWriter[] {
  let next = 0;
  return inputs.map((input) => {
    const offset = next;
    next += widthOf(input);
    return input.kind === "number" ? numberWriter(input, offset) : categoryWriter(input, offset);
  });
}

const numberWriter =
  (input: NumericInput, offset: number): CellWriter =>
  (value, into) => {
    into[offset] = numberOf(input, value === null || value === undefined ? NaN : Number(value));
  };

function categoryWriter(input: CategoricalInput, offset: number): CellWriter {
  const positionOf = positions(input);
  return (value, into) => {
    const position = positionOf(isMissing(value) ? undefined : String(value));
    if (position >= 0) into[offset + position] = 1;
  };
}

const isMissing = (value: unknown): boolean => value === null || value === undefined || Number.isNaN(value);
