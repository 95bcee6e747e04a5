import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CsvOptions } from "@millrace/contracts";
import { LINE_BYTES } from "./csv-dialect.js";
import { sourceProblem } from "./source-problem.js";
import { newFile } from "./unpacked-file.js";

export interface Regularised {
  readonly readable: string;
  readonly skipped: number;
}

interface Shape {
  readonly path: string;
  readonly delimiter: string;
  readonly columns: number;
  readonly ragged: CsvOptions["ragged"];
}

const [QUOTE, RETURN, NEWLINE] = [0x22, 0x0d, 0x0a];

/** Writes a CSV file anew with one kind of line end, and lines with too few or too many cells filled up or left out. */
export async function regularise(readable: string, folder: string, shape: Shape): Promise<Regularised> {
  const written = newFile(folder);
  const records = recordWriter(shape);
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        done(null, records.take(piece));
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      done(null, records.end());
    },
  });
  await pipeline(createReadStream(readable, { highWaterMark: 1 << 18 }), through, createWriteStream(written));
  return { readable: written, skipped: records.skipped() };
}

/** Finds where records end, outside quotes, and gives them on as the shape wants them. */
function recordWriter(shape: Shape) {
  const delimiter = shape.delimiter.charCodeAt(0);
  const state = { quoted: false, cellStart: true, cells: 1, line: 1, lines: 0, skipped: 0, afterReturn: false };
  let kept = Buffer.alloc(0);

  function endRecord(record: Buffer, out: Buffer[]): void {
    const shaped = shapedRecord(record, state.cells, state.line, shape);
    if (shaped === undefined) state.skipped++;
    else out.push(shaped, Buffer.from("\n"));
    Object.assign(state, { cellStart: true, cells: 1, line: state.line + state.lines + 1, lines: 0 });
  }
  function take(piece: Buffer): Buffer {
    const out: Buffer[] = [];
    const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
    let start = 0;
    for (let at = kept.length; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (state.afterReturn && byte === NEWLINE) {
        [state.afterReturn, start] = [false, at + 1];
        continue;
      }
      state.afterReturn = false;
      if (state.quoted) {
        if (byte === QUOTE) state.quoted = false;
        else if (byte === NEWLINE) state.lines++;
      } else if (byte === QUOTE && (state.cellStart || bytes[at - 1] === QUOTE)) {
        [state.quoted, state.cellStart] = [true, false];
      } else if (byte === delimiter) {
        state.cells++;
        state.cellStart = true;
      } else if (byte === NEWLINE || byte === RETURN) {
        endRecord(bytes.subarray(start, at), out);
        [start, state.afterReturn] = [at + 1, byte === RETURN];
      } else state.cellStart = false;
    }
    kept = Buffer.from(bytes.subarray(start));
    if (kept.length > 2 * LINE_BYTES) throw tooLong(shape.path, state.line);
    return Buffer.concat(out);
  }
  function end(): Buffer {
    const out: Buffer[] = [];
    if (kept.length > 0) endRecord(kept, out);
    return Buffer.concat(out);
  }
  return { take, end, skipped: () => state.skipped };
}

/** Nothing where the record is left out. A blank line is no record. */
function shapedRecord(record: Buffer, cells: number, line: number, shape: Shape): Buffer | undefined {
  if (shape.ragged === "refuse" || cells === shape.columns || record.length === 0) return record;
  if (shape.ragged === "skip") return undefined;
  if (cells < shape.columns) return Buffer.concat([record, Buffer.from(shape.delimiter.repeat(shape.columns - cells))]);
  const surplus = record.subarray(record.length - (cells - shape.columns));
  if (surplus.every((byte) => byte === shape.delimiter.charCodeAt(0))) return record.subarray(0, -surplus.length);
  const message = `line ${line} has ${cells} cells where the header has ${shape.columns}: too many to fill it up.`;
  throw sourceProblem("SOURCE_UNREADABLE", shape.path, message, "Correct the line, or set csv.ragged to skip.");
}

export const tooLong = (path: string, line: number) =>
  sourceProblem(
    "SOURCE_LINE_TOO_LONG",
    path,
    `line ${line} has more than ${LINE_BYTES} bytes.`,
    "Take the column with the long texts out, or look for a quote that is never closed.",
  );
