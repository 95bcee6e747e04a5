import { columnNamed, type NumericColumn, type Table, type TextColumn } from "@millrace/contracts";
import { compileExpression, type ValueSource } from "../expression/compile-expression.js";
import type { Compute } from "../expression/operation.js";
import { exactColumns, expressionOf, type DerivedColumns } from "./fit-derived.js";
import { columnMissing, textInstead } from "./preprocess-problem.js";
import type { DerivedState, InputState } from "./preprocessor-state.js";

/** A column as the preprocessor sees it: float32 with NaN where a number is missing, codes with −1 where a text is. */
export type SourceColumn = NumberSource | TextSource;

export interface NumberSource {
  readonly kind: "number";
  readonly values: Float32Array;
  /** With all its digits, where dates are read from it. */
  readonly exact?: Float64Array;
}

export interface TextSource {
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export type SourceColumns = ReadonlyMap<string, SourceColumn>;

/** The raw columns of a table and those derived from them. */
export function sourceColumns({ inputs, derived }: DerivedColumns, table: Table): SourceColumns {
  const exact = exactColumns(derived);
  const columns = new Map(inputs.map((input) => [input.name, sourceOf(input, table, exact.has(input.name))]));
  const cursor = { row: 0 };
  for (const state of derived) columns.set(state.name, derive(state, readers(columns, cursor), cursor, table.rows));
  return columns;
}

function sourceOf({ name, kind }: InputState, table: Table, exact: boolean): SourceColumn {
  const column = columnNamed(table, name);
  if (!column) throw columnMissing(name);
  if (kind === "text") return column.kind === "text" ? withoutEmpty(column) : textsOf(column.values, String);
  if (column.kind === "text") throw textInstead(name);
  return { kind, values: toFloat32(column), ...(exact && { exact: column.values }) };
}

/** A number that no float32 holds counts as missing, as infinity does. */
export function float32(value: number): number {
  const rounded = Math.fround(value);
  return rounded - rounded === 0 ? rounded : NaN;
}

function toFloat32({ values }: NumericColumn): Float32Array {
  const rounded = new Float32Array(values);
  for (let index = 0; index < rounded.length; index++) {
    const value = rounded[index]!;
    if (value - value !== 0) rounded[index] = NaN;
  }
  return rounded;
}

/** An empty text is a missing one: that is how it must come into an ONNX graph. */
function withoutEmpty({ codes, dictionary }: TextColumn): TextSource {
  const empty = dictionary.indexOf("");
  return { kind: "text", codes: empty < 0 ? codes : codes.map((code) => (code === empty ? -1 : code)), dictionary };
}

/** Texts, or numbers, as codes with a dictionary in the order in which they come. */
export function textsOf<Item>(
  values: Iterable<Item> & { readonly length: number },
  toText: (value: Item) => string | undefined,
): TextSource {
  const known = new Map<Item, number>();
  const dictionary: string[] = [];
  const codes = new Int32Array(values.length);
  let row = 0;
  for (const value of values) {
    let code = known.get(value);
    if (code === undefined) {
      const text = isMissing(value) ? undefined : toText(value);
      code = text === undefined || text === "" ? -1 : dictionary.push(text) - 1;
      known.set(value, code);
    }
    codes[row++] = code;
  }
  return { kind: "text", codes, dictionary };
}

export const isMissing = (value: unknown): boolean => value === null || value === undefined || value !== value;

function readers(columns: SourceColumns, cursor: { row: number }): ValueSource {
  const value = (name: string): Compute => {
    const column = columns.get(name)!;
    if (column.kind === "number") return () => column.values[cursor.row];
    return () => column.dictionary[column.codes[cursor.row]!];
  };
  const exact = (name: string): Compute => {
    const column = columns.get(name)!;
    return column.kind === "number" ? () => column.exact![cursor.row] : value(name);
  };
  return { value, exact };
}

function derive(state: DerivedState, source: ValueSource, cursor: { row: number }, rows: number): SourceColumn {
  const compute = compileExpression(expressionOf(state), source);
  const at = (row: number) => {
    cursor.row = row;
    return compute();
  };
  if (state.kind === "text")
    return textsOf(
      Array.from({ length: rows }, (_, row) => at(row)),
      String,
    );
  const values = new Float32Array(rows);
  for (let row = 0; row < rows; row++) values[row] = at(row) as number;
  return { kind: "number", values };
}
