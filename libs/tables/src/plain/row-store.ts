import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { dictionaryOf, type TextDictionary } from "./text-dictionary.js";
import type { Batch, Cells } from "./parse-rows.js";

/** Some rows, in their order: columns of numbers (NaN is missing), and of codes into a dictionary (−1 is missing). */
export interface Block {
  readonly rows: number;
  numbers(column: number): Float64Array;
  texts(column: number): CodedTexts;
}

export interface CodedTexts {
  readonly codes: Int32Array;
  readonly dictionary: TextDictionary;
}

/** Rows column by column: in memory up to a limit, those after it in a file. */
export interface RowStore {
  readonly rows: number;
  add(batch: Batch): void;
  /** All rows in their order; between two blocks other work has its turn. */
  blocks(): AsyncGenerator<Block, void, undefined>;
  close(): void;
}

type Values = Float64Array | Int32Array | Uint8Array;
/** Values that can be had: from memory, or from a file. */
type Kept<Of extends Values> = () => Of;
type KeptColumn =
  | { readonly values: Kept<Float64Array> }
  | { readonly codes: Kept<Int32Array>; texts: Kept<Uint8Array>; ends: Kept<Int32Array> };

export function openRowStore(folder: string, memory: number): RowStore {
  const spill = spillFile(join(folder, "rows"));
  const blocks: Block[] = [];
  let [rows, held] = [0, 0];

  function keep<Of extends Values>(values: Of): Kept<Of> {
    if (held + values.byteLength > memory) return spill.put(values);
    held += values.byteLength;
    return () => values;
  }
  function kept(cells: Cells, count: number): KeptColumn {
    if (cells.kind === "number") return { values: keep(firstOf(cells.values, count)) };
    const { texts, ends } = cells.dictionary.packed();
    return { codes: keep(firstOf(cells.codes, count)), texts: keep(texts), ends: keep(ends) };
  }
  return {
    get rows() {
      return rows;
    },
    add(batch) {
      rows += batch.rows;
      blocks.push(
        blockOf(
          batch.rows,
          batch.columns.map((cells) => kept(cells, batch.rows)),
        ),
      );
    },
    async *blocks() {
      for (const block of blocks) {
        yield block;
        await setImmediate();
      }
    },
    close: spill.close,
  };
}

/** A short batch does not keep the room for a long one. */
const firstOf = <Of extends Float64Array | Int32Array>(values: Of, count: number): Of =>
  (count < values.length / 2 ? values.slice(0, count) : values.subarray(0, count)) as Of;

const blockOf = (rows: number, columns: readonly KeptColumn[]): Block => ({
  rows,
  numbers: (column) => (columns[column] as Extract<KeptColumn, { values: unknown }>).values(),
  texts: (column) => {
    const { codes, texts, ends } = columns[column] as Extract<KeptColumn, { codes: unknown }>;
    return { codes: codes(), dictionary: dictionaryOf({ texts: texts(), ends: ends() }) };
  },
});

function spillFile(path: string) {
  let file: number | undefined;
  let length = 0;
  function put<Of extends Values>(values: Of): Kept<Of> {
    file ??= openSync(path, "w+");
    const [at, bytes] = [length, values.byteLength];
    writeAll(file, new Uint8Array(values.buffer, values.byteOffset, bytes), at);
    length += bytes;
    const make = values.constructor as new (buffer: ArrayBuffer) => Of;
    return () => new make(readAll(file!, at, bytes));
  }
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return { put, close };
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

function readAll(file: number, at: number, length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) done += readSync(file, bytes, done, length - done, at + done);
  return bytes.buffer;
}
