import { isAbsolute, resolve } from "node:path";
import { fromEnvironment, ProblemError, type PipelineSpec, type SourceSpec } from "@millrace/contracts";
import { largestOf, readDatabase, type DatabaseSource, type FilesRequest, type Staging } from "@millrace/tables";
import { fetchHttp } from "./fetch-http.js";
import { fetchS3 } from "./fetch-s3.js";
import { locateSource, refuseChanged, type LocatedSource } from "./locate-source.js";
import { refusingLongTexts } from "./long-texts.js";
import { counted, everySecond, type Means } from "./means.js";
import { insideRoots, sourceRoots, type Root } from "./source-roots.js";
import type { Watermark } from "./watermark.js";

export interface ReadRequest {
  readonly spec: PipelineSpec;
  /** The pipeline's folder. */
  readonly folder: string;
  /** What the arrival names in place of the pipeline's source. */
  readonly given?: string;
  /** Only rows beyond it are wanted; whoever has to read all of them says so. */
  readonly since?: { readonly column: string; readonly after: Watermark };
  /** Of which column the largest value is to be told. */
  readonly watermark?: string;
  /** Files or objects that need not be read again, by name, with what they were. */
  readonly known?: Readonly<Record<string, string>>;
}

export interface SourceRead {
  readonly location: string;
  readonly digest?: string;
  readonly rows: number;
  /** Lines that were left out because of their number of cells. */
  readonly skipped: number;
  /** Whether `since` was heeded: a file is always read whole. */
  readonly since: boolean;
  readonly watermark?: Watermark;
  /** The files or objects that were read, with what they were. */
  readonly seen?: Readonly<Record<string, string>>;
}

type FileSource = Exclude<SourceSpec, { kind: "mongodb" | "sql" }>;

/** Puts the rows of a pipeline's source into a staging. */
export async function readSource(request: ReadRequest, staging: Staging, means: Means): Promise<SourceRead> {
  const { source } = request.spec;
  if (request.given !== undefined) return readGiven(request.given, request, staging, means);
  switch (source.kind) {
    case "mongodb":
    case "sql":
      return readRows(source, request, staging, means);
    case "s3":
      return readObjects(source.url, source, request, staging, means);
    case "http":
      return readUrl(source, staging, means);
    case "files":
      return "tables" in source
        ? readJoined(source, request, staging, means)
        : readLocated(request, source, staging, means);
  }
}

/** An arrival may name files, or objects of a bucket that the pipeline itself names: no more. */
function readGiven(given: string, request: ReadRequest, staging: Staging, means: Means): Promise<SourceRead> {
  const { spec } = request;
  const form = formOf(spec.source);
  if (!given.startsWith("s3://")) return readLocated(request, form, staging, means);
  const urls = [
    ...(spec.source.kind === "s3" ? [spec.source.url] : []),
    ...spec.triggers.flatMap((one) => ("s3" in one ? [one.s3] : [])),
  ];
  if (urls.some((url) => bucketOf(url) === bucketOf(given))) return readObjects(given, form, request, staging, means);
  throw new ProblemError({
    code: "SOURCE_OUTSIDE_ROOTS",
    where: given,
    message: "pipeline.yaml names no source or trigger in this bucket.",
    remedy: "Add the bucket to pipeline.yaml, as source or as trigger.",
  });
}

const bucketOf = (url: string): string | undefined => /^s3:\/\/([^/]+)\//.exec(url)?.[1];

type Form = Pick<FilesRequest, "format" | "csv">;
const formOf = (source: SourceSpec | FileSource): Form =>
  "format" in source || "csv" in source ? { format: source.format, csv: source.csv } : {};

async function readLocated(request: ReadRequest, form: Form, staging: Staging, means: Means): Promise<SourceRead> {
  const { source } = request.spec;
  const located = await locateSource({
    given: request.given,
    path: "path" in source ? source.path : "",
    folder: request.folder,
    roots: await rootsOf(means),
    anyName: form.format !== undefined,
  });
  const seen = Object.fromEntries(located.files.map(({ path, digest }) => [path, digest]));
  const fresh = located.files.filter(({ path, digest }) => request.known?.[path] !== digest);
  if (fresh.length === 0) return { location: located.location, rows: 0, skipped: 0, since: false, seen: {} };
  means.context.progress(`reading ${located.location}`);
  const paths = fresh.map(({ path }) => path);
  const read = await staging.readFiles({ paths, ...formOf({ ...form } as FileSource) });
  await refuseChanged(located);
  return { ...read, location: located.location, digest: located.digest, since: false, seen: only(seen, paths) };
}

const only = (seen: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, seen[name]!]));

type JoinedSource = Extract<SourceSpec, { tables: unknown }>;

async function readJoined(
  source: JoinedSource,
  { folder }: ReadRequest,
  staging: Staging,
  means: Means,
): Promise<SourceRead> {
  const roots = await rootsOf(means);
  const located: Record<string, LocatedSource> = {};
  for (const [name, { path, format }] of Object.entries(source.tables))
    located[name] = await locateSource({ path, folder, roots, anyName: format !== undefined });
  const location = Object.values(located)
    .map((table) => table.location)
    .join(", ");
  means.context.progress(`reading ${location}`);
  const tables = Object.fromEntries(
    Object.entries(source.tables).map(([name, form]) => [
      name,
      { paths: located[name]!.files.map(({ path }) => path), format: form.format, csv: form.csv },
    ]),
  );
  const read = await staging.readFiles({ tables, query: source.query });
  for (const table of Object.values(located)) await refuseChanged(table);
  const { digestOf } = await import("@millrace/contracts");
  const digest = digestOf(Object.entries(located).map(([name, table]) => [name, table.digest]));
  return { ...read, location, digest, since: false };
}

async function readObjects(
  url: string,
  form: Form,
  request: ReadRequest,
  staging: Staging,
  means: Means,
): Promise<SourceRead> {
  means.context.progress(`reading ${url}`);
  const fetched = await fetchS3({ url, anyName: form.format !== undefined, known: request.known }, means);
  const { location, digest, paths, seen } = fetched;
  if (paths.length === 0) return { location, rows: 0, skipped: 0, since: false, seen };
  const read = await staging.readFiles({ paths, format: form.format, csv: form.csv });
  return { ...read, location, digest, since: false, seen };
}

type HttpSource = Extract<SourceSpec, { kind: "http" }>;

async function readUrl(source: HttpSource, staging: Staging, means: Means): Promise<SourceRead> {
  const { location, path, digest } = await fetchHttp(
    fromEnvironment(source.url, means.environment),
    source.format,
    means,
  );
  means.context.progress(`reading ${location}`);
  const read = await staging.readFiles({ paths: [path], format: source.format, csv: source.csv });
  return { ...read, location, digest, since: false };
}

async function readRows(
  source: DatabaseSource,
  { folder, since, watermark }: ReadRequest,
  staging: Staging,
  means: Means,
): Promise<SourceRead> {
  const located = await databaseOf(source, folder, means);
  const location = locationOf(source, located.url);
  means.context.progress(`reading ${location}`);
  const read = await readDatabase(located, refusingLongTexts(staging.sink, location), {
    ...{ since, watermark, signal: means.context.signal, folder: means.workFolder },
    onProgress: everySecond(means.context, (rows) => `${counted(rows)} rows read`),
  });
  return { location, rows: read.rows, skipped: 0, since: since !== undefined, watermark: read.watermark };
}

/** The largest value of a column of a database, without reading its rows; of other sources nothing is known before. */
export async function largestBefore(
  { spec, folder }: ReadRequest,
  column: string,
  means: Means,
): Promise<Watermark | undefined> {
  const { source } = spec;
  if (source.kind !== "mongodb" && source.kind !== "sql") return undefined;
  return largestOf(await databaseOf(source, folder, means), column);
}

/** With its url as it is on this machine; a database in a file is below the pipeline's folder, and inside the roots. */
async function databaseOf(source: DatabaseSource, folder: string, means: Means): Promise<DatabaseSource> {
  const url = fromEnvironment(source.url, means.environment);
  const [, kind, path] = /^(sqlite|duckdb):(?:\/\/)?(.+)$/.exec(url) ?? [];
  if (kind === undefined) return { ...source, url };
  const place = isAbsolute(path!) ? path! : resolve(folder, path!);
  return { ...source, url: `${kind}:${await insideRoots(place, await rootsOf(means), path!)}` };
}

/** Where the rows are, for people: what could be secret is in the url alone. */
function locationOf(source: DatabaseSource, url: string): string {
  if (source.kind === "mongodb") return `mongodb: ${source.database}.${source.collection}`;
  const [, kind, place] = /^([a-z]+):(?:\/\/(?:[^/]*@)?)?([^?#]*)/.exec(url) ?? [];
  return `${kind}: ${kind === "sqlite" || kind === "duckdb" ? place!.split("/").at(-1) : place!.slice(place!.lastIndexOf("@") + 1)}`;
}

const rootsOf = ({ context, settings }: Means): Promise<readonly Root[]> =>
  sourceRoots({ pipelines: context.settings.MILLRACE_PIPELINES_DIR, named: settings.MILLRACE_SOURCE_ROOTS });
