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

/** The rows of a Parquet artifact. */
export async function readTableArtifact(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Table> {
  const path = await artifacts.localPath(ref);
  return (await sharedTables()).readTable(path, { format: "parquet" });
}

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
