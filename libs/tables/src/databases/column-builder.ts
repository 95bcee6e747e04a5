/** What values are before they are numbers or texts of a table: it tells how they are written where they become texts. */
export type ValueKind = "empty" | "flag" | "number" | "date" | "text";

/** The cells of one column in one batch: numbers with NaN for missing, or codes with −1. */
export interface BatchColumn {
  readonly kind: ValueKind;
  readonly values?: Float64Array;
  readonly codes?: Int32Array;
  readonly dictionary?: readonly string[];
  /** Texts that were not all texts: they have no order. */
  readonly mixed?: boolean;
}

/** Takes the cells of one column, row by row; its kind is what the cells of the batch turn out to be. */
export interface ColumnBuilder {
  readonly name: string;
  kind: ValueKind;
  values: Float64Array;
  codes: Int32Array;
  codeOf: Map<string, number>;
  texts: string[];
  /** The row that has a cell already. */
  lastRow: number;
  mixed: boolean;
  readonly room: Room;
}

/** What all columns of a batch share: how many rows fit, and how many characters they hold. */
export interface Room {
  capacity: number;
  characters: number;
}

const noValues = new Float64Array(0);
const noCodes = new Int32Array(0);

export const columnBuilder = (name: string, room: Room): ColumnBuilder => ({
  name,
  kind: "empty",
  values: noValues,
  codes: noCodes,
  codeOf: new Map(),
  texts: [],
  lastRow: -1,
  mixed: false,
  room,
});

export function putNumber(column: ColumnBuilder, row: number, value: number, kind: "flag" | "number" | "date"): void {
  if (column.kind === kind) column.values[row] = value;
  else putOther(column, row, value, kind);
}

function putOther(column: ColumnBuilder, row: number, value: number, kind: "flag" | "number" | "date"): void {
  if (Number.isNaN(value)) return;
  const wider = widerKind(column.kind, kind);
  if (wider === "text") {
    putText(column, row, textOf(value, kind));
    column.mixed = true;
    return;
  }
  if (column.kind === "empty") column.values = new Float64Array(column.room.capacity).fill(NaN);
  column.kind = wider;
  column.values[row] = value;
}

export function putText(column: ColumnBuilder, row: number, text: string): void {
  if (column.kind !== "text") becomeText(column);
  let code = column.codeOf.get(text);
  if (code === undefined) {
    code = column.texts.push(text) - 1;
    column.codeOf.set(text, code);
    column.room.characters += text.length;
  }
  column.codes[row] = code;
}

function becomeText(column: ColumnBuilder): void {
  const { kind, values } = column;
  column.kind = "text";
  column.mixed = kind !== "empty";
  column.codes = new Int32Array(column.room.capacity).fill(-1);
  column.values = noValues;
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) putText(column, row, textOf(value, kind));
  });
}

/** What holds values of both kinds without a loss. Numbers and dates have nothing in common but that they can be written. */
export function widerKind(a: ValueKind, b: ValueKind): ValueKind {
  if (a === b || b === "empty") return a;
  if (a === "empty") return b;
  return [a, b].every((kind) => kind === "flag" || kind === "number") ? "number" : "text";
}

/** A value as a text, where others of its column are texts. */
export function textOf(value: number, kind: ValueKind): string {
  if (kind === "flag") return value === 0 ? "false" : "true";
  if (kind !== "date" || Math.abs(value) > 8.64e15) return String(value);
  return new Date(value).toISOString();
}

/** What was put there since the last call; the builder is empty again. */
export function takeColumn(column: ColumnBuilder, rows: number): BatchColumn {
  const { kind, values, codes, texts, mixed } = column;
  Object.assign(column, { kind: "empty", values: noValues, codes: noCodes, texts: [], lastRow: -1, mixed: false });
  if (kind === "text") {
    column.codeOf = new Map();
    return { kind, codes: codes.subarray(0, rows), dictionary: texts, mixed };
  }
  return kind === "empty" ? { kind } : { kind, values: values.subarray(0, rows) };
}
