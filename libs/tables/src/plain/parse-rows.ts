import { hashBytes, growingDictionary, type GrowingDictionary } from "./text-dictionary.js";
import { HoldsTexts, isWord, NotPlain, numberIn, saysMissing } from "./plain-cells.js";

export interface NumberCells {
  readonly kind: "number";
  readonly values: Float64Array;
}
export interface TextCells {
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly dictionary: GrowingDictionary;
  /** Which texts say that a value is missing, as far as there are codes for them. */
  readonly missing: boolean[];
}
export type Cells = NumberCells | TextCells;

/** Some rows of a file, as far as they are parsed; each column has room for more. */
export interface Batch {
  rows: number;
  readonly columns: Cells[];
}

export const numberCells = (rows: number): NumberCells => ({ kind: "number", values: new Float64Array(rows) });
export const textCells = (rows: number): TextCells => ({
  ...{ kind: "text", codes: new Int32Array(rows), dictionary: growingDictionary(), missing: [] },
});

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
// With so few digits both they and the power of ten are exact, so that their quotient is the double nearest to the number.
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits);

export interface RowParser {
  /** Parses rows from `start` on until the batch is full or `end` comes, before which the last byte is a line end. Gives
   *  where the next row begins: before `end` where the batch is full, or where a quote is open at `end`. */
  parse(bytes: Uint8Array, start: number, end: number, batch: Batch, room: number): number;
}

/** Reads rows of numbers and texts, as most files have them; anything odd makes it throw. */
export function rowParser(delimiter: number): RowParser {
  // The borders of the cell that was found last, without its quotes.
  let [from, to] = [0, 0];

  /** Gives where the cell's delimiter or line end is, −1 where its quote is open. */
  function findCell(bytes: Uint8Array, start: number, end: number): number {
    from = to = start;
    if (bytes[start] === QUOTE) {
      from = to = start + 1;
      while (to < end && bytes[to] !== QUOTE) to++;
      return to < end ? to + 1 : -1;
    }
    for (let byte = bytes[to]; byte !== delimiter && byte !== NEWLINE && byte !== RETURN;) byte = bytes[++to];
    return to;
  }
  function textCell(bytes: Uint8Array, { codes, dictionary, missing }: TextCells, row: number): void {
    if (from === to) {
      codes[row] = -1;
      return;
    }
    const code = dictionary.codeOf(bytes, from, to, hashBytes(bytes, from, to));
    if (code === missing.length) missing.push(saysMissing(bytes.subarray(from, to)));
    codes[row] = missing[code] ? -1 : code;
  }
  /** A cell that is no plain number: missing, a number of another form, or what makes its column one of texts. */
  function oddCell(bytes: Uint8Array, { columns, rows }: Batch, column: number): void {
    const { values } = columns[column] as NumberCells;
    const number = numberIn(bytes.subarray(from, to));
    if (number !== undefined) {
      values[rows] = number;
      return;
    }
    if (!isWord(bytes.subarray(from, to))) throw new NotPlain();
    if (!values.subarray(0, rows).every(Number.isNaN)) throw new HoldsTexts(column);
    const cells = textCells(values.length);
    cells.codes.fill(-1, 0, rows);
    columns[column] = cells;
    textCell(bytes, cells, rows);
  }
  /** Any cell; gives where it ends, or −1 where its quote is open. */
  function otherCell(bytes: Uint8Array, start: number, end: number, batch: Batch, column: number): number {
    const at = findCell(bytes, start, end);
    if (at < 0) return -1;
    const cells = batch.columns[column]!;
    if (cells.kind === "text") textCell(bytes, cells, batch.rows);
    else oddCell(bytes, batch, column);
    return at;
  }
  /** Parses one row, gives where the next one begins, or −1 where a quote is open. Numbers of digits and a point are read here. */
  function parseRow(bytes: Uint8Array, start: number, end: number, batch: Batch): number {
    const { columns, rows } = batch;
    const last = columns.length - 1;
    let at = start;
    for (let column = 0; column <= last; column++) {
      const from = at;
      const cells = columns[column]!;
      let isRead = false;
      if (cells.kind === "number") {
        const isNegative = bytes[at] === MINUS;
        const first = isNegative ? ++at : at;
        let number = 0;
        let fraction = 0;
        let byte = bytes[at]!;
        for (; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) number = number * 10 + (byte - ZERO);
        let digits = at - first;
        if (byte === POINT) {
          for (byte = bytes[++at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!)
            number = number * 10 + (byte - ZERO);
          fraction = at - first - digits - 1;
          digits += fraction;
        }
        isRead = digits > 0 && digits <= EXACT_DIGITS && (byte === delimiter || byte === NEWLINE || byte === RETURN);
        if (isRead) {
          const value = fraction === 0 ? number : number / POWERS[fraction]!;
          cells.values[rows] = isNegative ? 0 - value : value;
        } else if (at === from && (byte === delimiter || byte === NEWLINE)) {
          cells.values[rows] = NaN;
          isRead = true;
        }
      }
      if (!isRead) at = otherCell(bytes, from, end, batch, column);
      if (at < 0) return -1;
      if (column === last && bytes[at] === RETURN) at++;
      if (bytes[at++] !== (column === last ? NEWLINE : delimiter)) throw new NotPlain();
    }
    return at;
  }
  function parse(bytes: Uint8Array, start: number, end: number, batch: Batch, room: number): number {
    let at = start;
    while (at < end && batch.rows < room) {
      const next = parseRow(bytes, at, end, batch);
      if (next < 0) break;
      at = next;
      batch.rows++;
    }
    return at;
  }
  return { parse };
}
