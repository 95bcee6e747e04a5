import { open, type FileHandle } from "node:fs/promises";
import { LINE_BYTES, type CsvFile } from "../files/csv-dialect.js";
import { HoldsTexts, NotPlain } from "./plain-cells.js";
import { numberCells, rowParser, textCells, type Batch } from "./parse-rows.js";

type Kind = "number" | "text";
/** What is done with some rows, before the next ones are parsed. */
export type TakeBatch = (batch: Batch) => void;

// So few rows are parsed in some milliseconds; wide rows and long texts make a batch shorter, so that memory is bounded.
const BATCH_ROWS = 16_384;
const BATCH_CELLS = 1 << 22;
const BATCH_BYTES = 1 << 25;
const PIECE_BYTES = 1 << 20;
const [QUOTE, NEWLINE, RETURN] = [0x22, 0x0a, 0x0d];

/** Reads a file of plain rows in one pass and gives the kinds of its columns; undefined where the file is not plain. */
export async function readPlainCsv(
  file: CsvFile,
  texts: ReadonlySet<number>,
  take: TakeBatch,
): Promise<readonly Kind[] | undefined> {
  if (file.names.length < 2 || !/^[,;\t|]$/.test(file.delimiter)) return undefined;
  const handle = await open(file.readable);
  try {
    const kinds = file.names.map((_, column) => (texts.has(column) ? "text" : "number"));
    return await readRows(handle, file.delimiter.charCodeAt(0), kinds, take);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  } finally {
    await handle.close();
  }
}

async function readRows(file: FileHandle, delimiter: number, kinds: readonly Kind[], take: TakeBatch) {
  const batches = batchParser(delimiter, kinds, take);
  const bytes = Buffer.allocUnsafe(LINE_BYTES + PIECE_BYTES + 1);
  let [held, position, isFirst] = [0, 0, true];
  for (;;) {
    const { bytesRead } = await file.read(bytes, held, PIECE_BYTES, position);
    let filled = held + bytesRead;
    if (bytesRead === 0 && filled > 0) bytes[filled++] = NEWLINE;
    const end = filled === 0 ? 0 : bytes.lastIndexOf(NEWLINE, filled - 1) + 1;
    const at = batches.parse(bytes, isFirst ? firstRow(bytes, end) : 0, end);
    if (bytesRead === 0) return batches.end(at === filled);
    bytes.copyWithin(0, at, filled);
    [held, position, isFirst] = [filled - at, position + bytesRead, false];
    if (held > LINE_BYTES) throw new NotPlain();
  }
}

/** Where the row after the header begins. */
function firstRow(bytes: Buffer, end: number): number {
  const newline = bytes.subarray(0, end).indexOf(NEWLINE);
  const header = bytes.subarray(0, newline);
  const inside = bytes[newline - 1] === RETURN ? header.subarray(0, -1) : header;
  const quotes = header.filter((byte) => byte === QUOTE).length;
  if (newline < 0 || inside.length === 0 || inside.includes(RETURN) || quotes % 2 === 1) throw new NotPlain();
  return newline + 1;
}

function batchParser(delimiter: number, given: readonly Kind[], take: TakeBatch) {
  const parser = rowParser(delimiter);
  const room = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_CELLS / given.length)));
  const emptyBatch = (kinds: readonly Kind[]): Batch => ({
    rows: 0,
    columns: kinds.map((kind) => (kind === "text" ? textCells : numberCells)(room)),
  });
  let [kinds, batch, full, held] = [given, emptyBatch(given), 0, 0];

  function handOver(): void {
    const found = batch.columns.map(({ kind }) => kind);
    const changed = found.findIndex((kind, column) => kind !== kinds[column]);
    if (full++ > 0 && changed >= 0) throw new HoldsTexts(changed);
    take(batch);
    [kinds, batch, held] = [found, emptyBatch(found), 0];
  }
  function parse(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const next = parser.parse(bytes, at, end, batch, room);
      held += next - at;
      const isFull = batch.rows === room;
      if (isFull || (held > BATCH_BYTES && batch.rows > 0)) handOver();
      if (!isFull && next < end) return next;
      at = next;
    }
    return at;
  }
  function end(isWhole: boolean): readonly Kind[] {
    if (!isWhole || full + batch.rows === 0) throw new NotPlain();
    if (batch.rows > 0) handOver();
    return kinds;
  }
  return { parse, end };
}
