import { open, type FileHandle } from "node:fs/promises";
import { literal, pathLiteral } from "../duckdb/sql.js";
import { LINE_BYTES } from "./csv-dialect.js";
import { firstLine } from "./csv-problem.js";
import { sourceProblem } from "./source-problem.js";
import { newFile, type UnpackOptions } from "./unpacked-file.js";

/** DuckDB unpacks it, line by line as they stand; Node 20 cannot. */
export async function unpackZstd(path: string, { connection, folder, encoding }: UnpackOptions): Promise<string> {
  if (encoding !== "utf-8") throw notUtf8(path);
  await refuseCut(path);
  const unpacked = newFile(folder);
  const lines = `read_csv(${pathLiteral(path)}, compression='zstd', auto_detect=false, header=false, delim=e'\\x01', quote='',
    escape='', comment='', strict_mode=false, nullstr=e'\\x02', max_line_size=${LINE_BYTES}, columns={line: 'VARCHAR'})`;
  const plain = "format csv, header false, quote '', escape '', delimiter e'\\x01', nullstr ''";
  await connection
    .run(`copy (select line from ${lines}) to ${literal(unpacked)} (${plain})`)
    .catch((cause: unknown) => {
      const message = `cannot be unpacked (${firstLine((cause as Error).message)}).`;
      throw sourceProblem("SOURCE_UNREADABLE", path, message, "Write the file again.", cause);
    });
  return unpacked;
}

/** DuckDB does not notice when the end is missing. */
async function refuseCut(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let at = 0;
    while (at < size) at = await endOfFrame(file, at);
    if (at === size) return;
  } finally {
    await file.close();
  }
  throw sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    "ends in the middle: it was cut off.",
    "Write the file again, or copy it again.",
  );
}

const SKIPPABLE = 0x184d2a50;

/** Where a frame ends, by the lengths of its blocks (RFC 8878, 3.1). Beyond the file's end where it is cut. */
async function endOfFrame(file: FileHandle, start: number): Promise<number> {
  const head = await bytesAt(file, start, 14);
  if ((head.readUInt32LE(0) & 0xfffffff0) >>> 0 === SKIPPABLE) return start + 8 + head.readUInt32LE(4);
  const descriptor = head[4]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  let at = start + 5 + (isSingle ? 0 : 1) + dictionary + content;
  for (let isLast = false; !isLast;) {
    const header = await bytesAt(file, at, 3);
    const block = header.readUIntLE(0, 3);
    isLast = (block & 1) === 1 || header.every((byte) => byte === 0xff);
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
  }
  return at + (descriptor & 4 ? 4 : 0);
}

/** What is beyond the end reads as a last block that is too long. */
async function bytesAt(file: FileHandle, at: number, count: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(count, 0xff), 0, count, at);
  return buffer;
}

const notUtf8 = (path: string) =>
  sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    "is packed with zstd, of which only UTF-8 can be read.",
    "Pack it with gzip, or save it in UTF-8.",
  );
