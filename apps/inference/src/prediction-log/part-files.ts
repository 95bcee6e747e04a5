import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { problemOf } from "@millrace/contracts";
import { openArtifactStore, openObjectSource } from "@millrace/storage";
import type { LogStore } from "./log-store.js";

/** A part as it is listed. */
export interface PartFile {
  readonly key: string;
  /** The segment that it was made of; segments' names are in the order of time. */
  readonly segment: string;
  readonly date: string;
}

export interface PartFiles {
  /** The parts below a folder such as `predictions/model=iris`, of some days. */
  list(folder: string, days: { from: string; to: string }): Promise<PartFile[]>;
  /** Brings a part to a local file for as long as it is read. */
  withFile<Result>(part: PartFile, read: (path: string) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export async function openPartFiles(store: LogStore): Promise<PartFiles> {
  const open = store.artifacts.s3 === undefined ? localParts(store) : await remoteParts(store);
  return {
    ...open,
    async list(folder, { from, to }) {
      const parts: PartFile[] = [];
      for await (const key of open.keys(`${folder}/`)) {
        const date = /\/date=(\d{4}-\d\d-\d\d)\/[^/]+\.parquet$/.exec(key)?.[1];
        if (date === undefined || date < from || date > to) continue;
        parts.push({ key, date, segment: basename(key, ".parquet") });
      }
      return parts;
    },
  };
}

interface Keys extends Omit<PartFiles, "list"> {
  keys(prefix: string): AsyncIterable<string>;
}

/** Exports of the files store lie below `exports/`, under their keys. */
function localParts({ artifacts, bucket }: LogStore): Keys {
  const root = join(artifacts.dir, "exports", bucket);
  return {
    async *keys(prefix) {
      const names = await readdir(join(root, prefix), { recursive: true }).catch(() => []);
      yield* names.map((name) => prefix + name);
    },
    withFile: (part, read) => read(join(root, part.key)),
    close: async () => undefined,
  };
}

async function remoteParts({ artifacts, bucket }: LogStore): Promise<Keys> {
  const source = await openObjectSource(artifacts.s3!);
  const store = await openArtifactStore(artifacts);
  return {
    async *keys(prefix) {
      try {
        for await (const { key } of source.list(bucket, prefix)) yield key;
      } catch (error) {
        // The bucket is made with the first part.
        if (problemOf(error).code !== "SOURCE_NOT_FOUND") throw error;
      }
    },
    async withFile(part, read) {
      const folder = await mkdtemp(join(tmpdir(), "millrace-part-"));
      try {
        const path = join(folder, "part.parquet");
        await writeFile(path, (await store.getNamed(bucket, part.key)) ?? Buffer.alloc(0));
        return await read(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async close() {
      source.close();
      await store.close();
    },
  };
}
