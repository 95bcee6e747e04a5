import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchColumn } from "./column-builder.js";
import type { Batch } from "./row-batches.js";

/**
 * Keeps batches until what their columns are is known: documents differ, and a column of whole numbers may have one that no
 * double holds. Some in memory, the others in a file, so memory is bounded, and the source is read only once: two readings
 * need not see the same rows.
 */
export interface Spool {
  put(batch: Batch): Promise<void>;
  batches(): AsyncIterable<Batch>;
  close(): Promise<void>;
}

const IN_MEMORY = 32 << 20;
const HEADER = 8;

export function openSpool(folder = tmpdir()): Spool {
  const kept: Batch[] = [];
  let size = 0;
  let file: FileHandle | undefined;
  return { put, batches, close: async () => void (await file?.close()) };

  async function put(batch: Batch): Promise<void> {
    size += sizeOf(batch);
    if (size <= IN_MEMORY) return void kept.push(batch);
    file ??= await namelessFile(folder);
    await file.appendFile(await bytesOf(batch));
  }

  async function* batches(): AsyncIterable<Batch> {
    yield* kept;
    let position = 0;
    for (;;) {
      const next = file && (await batchAt(file, position));
      if (!next) return;
      position = next.end;
      yield next.batch;
    }
  }
}

/** Its name is gone at once: whatever becomes of this process, no file of rows stays behind. */
async function namelessFile(folder: string): Promise<FileHandle> {
  const own = await mkdtemp(join(folder, "millrace-rows-"));
  try {
    return await open(join(own, "rows"), "wx+", 0o600);
  } finally {
    await rm(own, { recursive: true });
  }
}

const sizeOf = ({ columns }: Batch): number =>
  columns.reduce(
    (sum, { values, codes, dictionary }) =>
      sum + (values?.byteLength ?? 0) + (codes?.byteLength ?? 0) + lengthOf(dictionary ?? []),
    0,
  );

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + 2 * text.length, 0);

async function bytesOf({ rows, columns }: Batch): Promise<Buffer> {
  const about = columns.map(({ kind, dictionary }) => ({ kind, dictionary }));
  const text = Buffer.from(JSON.stringify({ rows, columns: about }));
  const cells = columns.flatMap(({ values, codes }) => values ?? codes ?? []) as (Float64Array | Int32Array)[];
  const bytes = cells.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(text.length, 0);
  header.writeUInt32LE(
    bytes.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return Buffer.concat([header, ...bytes, text]);
}

async function batchAt(file: FileHandle, position: number): Promise<{ batch: Batch; end: number } | undefined> {
  const header = Buffer.alloc(HEADER);
  if ((await file.read(header, 0, HEADER, position)).bytesRead < HEADER) return undefined;
  const [textSize, cellSize] = [header.readUInt32LE(0), header.readUInt32LE(4)];
  const bytes = Buffer.from(new ArrayBuffer(cellSize + textSize));
  await file.read(bytes, 0, bytes.length, position + HEADER);
  const about = JSON.parse(bytes.toString("utf8", cellSize)) as { rows: number; columns: BatchColumn[] };
  return { batch: cellsOf(about, bytes), end: position + HEADER + bytes.length };
}

function cellsOf({ rows, columns }: { rows: number; columns: BatchColumn[] }, bytes: Buffer): Batch {
  let offset = 0;
  // A copy of a column's bytes, because a typed array begins at a multiple of its width.
  const next = (width: number): ArrayBuffer => bytes.buffer.slice(offset, (offset += rows * width)) as ArrayBuffer;
  const read = ({ kind, dictionary }: BatchColumn): BatchColumn => {
    if (kind === "empty") return { kind };
    if (kind === "text") return { kind, codes: new Int32Array(next(4)), dictionary };
    return { kind, values: new Float64Array(next(8)) };
  };
  return { rows, columns: columns.map(read) };
}
