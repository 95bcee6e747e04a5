import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { digestOf, fromEnvironment, ProblemError } from "@millrace/contracts";
import type { Environment, PipelineFile, Platform } from "@millrace/service";
import { openObjectSource, type ListedObject, type ObjectSource } from "@millrace/storage";
import { countRows, largestOf, watchChanges, type DatabaseSource, type Watching } from "@millrace/tables";
import { filesAt } from "./source-files.js";

/** Looks at a pipeline's source without reading it. */
export interface SourceProbe {
  /** How many rows it has now. */
  rows(file: PipelineFile): Promise<number>;
  /** The largest value of its watermark column; undefined where it has none. */
  largest(file: PipelineFile): Promise<number | string | undefined>;
  /** Follows what is added to it, behind a token or from now on; false where the source has no change stream. */
  watch(file: PipelineFile, after?: string): Promise<Watching | false>;
  /** The digest of the objects at s3://bucket/key-or-prefix; undefined for any other address, or where there are none. */
  objects(url: string): Promise<string | undefined>;
  /** The objects below a prefix. */
  list(bucket: string, prefix: string): Promise<ListedObject[]>;
  close(): Promise<void>;
}

export type ProbeParts = Pick<Platform, "environment" | "settings">;

export function openSourceProbe({ environment, settings }: ProbeParts): SourceProbe {
  let buckets: Promise<ObjectSource> | undefined;
  const openBuckets = () => (buckets ??= openObjectSource(s3Of(settings)));

  async function list(bucket: string, prefix: string): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    for await (const object of (await openBuckets()).list(bucket, prefix)) objects.push(object);
    return objects;
  }

  async function objects(url: string): Promise<string | undefined> {
    const place = placeOfUrl(url);
    if (place === undefined) return undefined;
    const found = (await list(place.bucket, place.key)).filter(({ key }) => isWithin(key, place.key));
    return found.length === 0 ? undefined : contentOf(found);
  }

  return {
    rows: (file) => {
      const source = databaseOf(file, environment);
      return source === undefined ? rowsOfFiles(file) : countRows(source);
    },
    async largest(file) {
      const source = databaseOf(file, environment);
      const column = file.spec.span.watermark ?? (source?.kind === "mongodb" ? "_id" : undefined);
      return source === undefined || column === undefined ? undefined : largestOf(source, column);
    },
    async watch(file, after) {
      const source = databaseOf(file, environment);
      if (source?.kind !== "mongodb") return false;
      const { read, watermark = "_id" } = file.spec.span;
      // A document that was changed is not read again where only new identifiers are.
      return watchChanges(source, { after, watermark, updates: read !== "new" || watermark !== "_id" });
    },
    objects,
    list,
    close: async () => (await buckets)?.close(),
  };
}

const s3Of = (settings: Platform["settings"]) => ({
  endpoint: settings.S3_ENDPOINT,
  region: settings.S3_REGION,
  accessKeyId: settings.S3_ACCESS_KEY_ID,
  secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
  forcePathStyle: settings.S3_ENDPOINT !== undefined,
});

/** s3://bucket/key-or-prefix in its parts. */
export function placeOfUrl(url: string): { bucket: string; key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  return bucket === undefined ? undefined : { bucket, key: key! };
}

/** The object itself, or one in the folder of that name. */
const isWithin = (key: string, place: string): boolean =>
  key === place || key.startsWith(place === "" || place.endsWith("/") ? place : `${place}/`);

export const contentOf = (objects: readonly ListedObject[]): string =>
  digestOf(objects.map(({ key, size, etag }) => [key, size, etag]));

/** The source as a database, with what stands in the environment; undefined where it is none. */
function databaseOf({ spec, folder }: PipelineFile, environment: Environment): DatabaseSource | undefined {
  const { source } = spec;
  if (source.kind !== "mongodb" && source.kind !== "sql") return undefined;
  const url = fromEnvironment(source.url, environment);
  const [, kind, path] = /^(sqlite|duckdb):(?!\/\/)(.+)$/.exec(url) ?? [];
  return { ...source, url: kind === undefined ? url : `${kind}:${resolve(folder, path!)}` } as DatabaseSource;
}

async function rowsOfFiles({ spec, folder }: PipelineFile): Promise<number> {
  const { source } = spec;
  if (!("path" in source)) throw uncountable(spec.name, `a source of kind ${source.kind} or of several tables`);
  let rows = 0;
  for (const file of await filesAt(resolve(folder, source.path), source.format !== undefined))
    rows += await rowsOfFile(file, spec.name);
  return rows;
}

const NEWLINE = 10;

/** Lines, but for the header of a CSV file: an estimate where a quoted cell holds line breaks. */
async function rowsOfFile(path: string, pipeline: string): Promise<number> {
  const [, kind, packed] = /\.(csv|tsv|txt|jsonl|ndjson|json)(\.gz)?$/i.exec(path) ?? [];
  if (kind === undefined) throw uncountable(pipeline, path);
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 });
  let lines = 0;
  let last = NEWLINE;
  for await (const chunk of (packed === undefined ? bytes : bytes.pipe(createGunzip())) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    last = chunk.at(-1) ?? last;
  }
  if (last !== NEWLINE) lines++;
  return /^json|^ndjson/i.test(kind) ? lines : Math.max(0, lines - 1);
}

const uncountable = (pipeline: string, what: string): ProblemError =>
  new ProblemError({
    code: "ROWS_UNCOUNTABLE",
    where: `pipeline ${pipeline}`,
    message: `the rows of ${what} can't be counted without reading them.`,
    remedy: "Use `watch`, `s3` or `cron` as trigger; `rows` is for databases, CSV and JSON lines.",
  });
