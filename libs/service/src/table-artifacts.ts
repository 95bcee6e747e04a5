import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactRef, Table } from "@millrace/contracts";
import type { ArtifactStore } from "@millrace/storage";
import type { Tables } from "@millrace/tables";

let tables: Promise<Tables> | undefined;

/** One DuckDB serves the whole process, loaded when the first table is read: services that read none never load it. */
const sharedTables = (): Promise<Tables> =>
  (tables ??= import("@millrace/tables").then(({ openTables }) => openTables()));

export const readTable = async (path: string): Promise<Table> => (await sharedTables()).readTable(path);

const MOST_KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_MS = 30_000;

/** Small tables that were read last: in one process the next step asks for the rows that this one had. */
const kept = new Map<string, { table: Table; bytes: number }>();
let forgetting: NodeJS.Timeout | undefined;

/** The rows of a Parquet artifact. They are not to be changed: whoever asks for them next may get the same ones. */
export async function readTableArtifact(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Table> {
  const path = await artifacts.localPath(ref);
  const known = kept.get(ref.digest);
  const table = known?.table ?? (await readParquet(path));
  keep(ref.digest, known ?? { table, bytes: bytesOf(table) });
  return table;
}

/** Straight from the file: a scan needs no table in between. */
async function readParquet(path: string): Promise<Table> {
  const { scanParquet } = await import("@millrace/tables");
  for await (const table of scanParquet(path, { batchRows: Infinity })) return table;
  // Without rows: that is said there.
  return (await sharedTables()).readTable(path, { format: "parquet" });
}

/** The one asked for longest ago goes first. */
function keep(digest: string, one: { table: Table; bytes: number }): void {
  clearTimeout(forgetting);
  forgetting = setTimeout(() => kept.clear(), KEPT_MS).unref();
  kept.delete(digest);
  kept.set(digest, one);
  let bytes = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
  for (const [oldest, each] of kept) {
    if (bytes <= MOST_KEPT_BYTES) return;
    kept.delete(oldest);
    bytes -= each.bytes;
  }
}

/** About: a text takes some bytes besides its letters. */
const bytesOf = ({ rows, columns }: Table): number =>
  columns.reduce(
    (sum, column) => sum + (column.kind === "number" ? rows * 8 : rows * 4 + textBytesOf(column.dictionary)),
    0,
  );

const textBytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + 40 + 2 * text.length, 0);

/** A table as a Parquet artifact: the same rows give the same bytes. */
export async function writeTableArtifact(artifacts: ArtifactStore, name: string, table: Table): Promise<ArtifactRef> {
  const path = join(tmpdir(), `millrace-${randomUUID()}.parquet`);
  try {
    await (await sharedTables()).writeParquet(table, path);
    return await artifacts.putFile(path, { mediaType: "application/vnd.apache.parquet", name });
  } finally {
    await rm(path, { force: true });
  }
}
