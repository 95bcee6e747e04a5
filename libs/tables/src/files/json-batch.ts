import type { Column, Table } from "@millrace/contracts";
import type { JsonCell } from "./json-cells.js";

type Kind = Column["kind"];

interface JsonColumn {
  readonly name: string;
  /** Not known before the first value that is not null, and where that stands. */
  kind?: Kind;
  firstLine?: string;
  readonly numbers: Float64Array;
  codes: Int32Array;
  dictionary: Map<string, number>;
}

export interface MixedTypes {
  readonly name: string;
  readonly kind: Kind;
  readonly firstLine: string;
}

/** Collects rows of which not each has every column; columns come as they are met and keep their first kind. */
export function jsonBatch(rows: number) {
  const columns: JsonColumn[] = [];
  const byName = new Map<string, JsonColumn>();
  let filled = 0;

  function columnOf(name: string): JsonColumn {
    const known = byName.get(name);
    if (known) return known;
    const fresh = {
      name,
      numbers: new Float64Array(rows).fill(NaN),
      codes: new Int32Array(rows).fill(-1),
      dictionary: new Map<string, number>(),
    };
    byName.set(name, fresh);
    columns.push(fresh);
    return fresh;
  }
  /** Gives the column's kind where the cell is of another one. */
  function put(name: string, cell: JsonCell | null, line: () => string): MixedTypes | undefined {
    const column = columnOf(name);
    if (cell === null) return undefined;
    const kind = typeof cell === "number" ? "number" : "text";
    if (column.kind === undefined) [column.kind, column.firstLine] = [kind, line()];
    if (column.kind !== kind) return { name, kind: column.kind, firstLine: column.firstLine! };
    if (typeof cell === "number") column.numbers[filled] = cell;
    else column.codes[filled] = codeIn(column.dictionary, cell);
    return undefined;
  }
  /** The rows so far as a table, and a fresh start; a column of unknown kind is one of missing numbers. */
  function take(): Table {
    const table = { rows: filled, columns: columns.map((column) => taken(column, filled)) };
    filled = 0;
    return table;
  }
  return { put, take, endRow: () => ++filled >= rows, rows: () => filled };
}

function codeIn(dictionary: Map<string, number>, text: string): number {
  const known = dictionary.get(text);
  if (known !== undefined) return known;
  dictionary.set(text, dictionary.size);
  return dictionary.size - 1;
}

function taken(column: JsonColumn, rows: number): Column {
  const { name, kind } = column;
  if (kind !== "text") {
    const values = column.numbers.slice(0, rows);
    column.numbers.fill(NaN);
    return { name, kind: "number", values };
  }
  const codes = column.codes.slice(0, rows);
  const dictionary = [...column.dictionary.keys()];
  column.codes.fill(-1);
  column.dictionary = new Map();
  return { name, kind: "text", codes, dictionary };
}
