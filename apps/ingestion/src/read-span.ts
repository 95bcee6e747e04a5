import { join } from "node:path";
import { ProblemError } from "@millrace/contracts";
import type { Staging } from "@millrace/tables";
import type { Means } from "./means.js";
import { readSource, type ReadRequest, type SourceRead } from "./read-source.js";
import type { SourceProgress, Span, SpanBook, SpanRun } from "./span-book.js";
import { earlier, justAfter, larger, watermarkColumn, type Watermark } from "./watermark.js";

/** Reads what is new since the watermark into a staging, and keeps it as an artifact. Nothing is written of it yet. */
export async function readSpan(request: ReadRequest, book: SpanBook, staging: Staging, means: Means): Promise<SpanRun> {
  const { spec, given } = request;
  const { clock, run } = means.context;
  const progress = await book.progress();
  const from = given === undefined ? sinceWhen(request, progress) : undefined;
  const read = await readBeyond(from, progress, request, staging, means);
  if (isNothing(read, progress)) throw nothingNew(read.location, progress?.watermark);
  const { rows, columns } = await staging.describe();
  const at = clock().toISOString();
  const own: Span = {
    ...{ run, at, rows, columns, location: read.location, digest: read.digest },
    ...{ artifact: await keepRows(staging, means), from, to: read.watermark, seen: read.seen },
  };
  const kept = book.kept(progress, clock()).filter((span) => given === undefined || span.digest !== own.digest);
  return withoutGaps({ pipeline: spec.name, run, source: read.location, own, kept, from: progress?.watermark });
}

/** Records hold no members without a value. */
const withoutGaps = (run: SpanRun): SpanRun => JSON.parse(JSON.stringify(run)) as SpanRun;

function sinceWhen({ spec }: ReadRequest, progress: SourceProgress | undefined): Watermark | undefined {
  const watermark = progress?.watermark;
  if (watermark === undefined || spec.span.late === undefined) return watermark;
  return earlier(watermark, spec.span.late);
}

async function readBeyond(
  from: Watermark | undefined,
  progress: SourceProgress | undefined,
  request: ReadRequest,
  staging: Staging,
  means: Means,
): Promise<SourceRead> {
  const column = watermarkColumn(request.spec);
  const since = column !== undefined && from !== undefined ? { column, after: from } : undefined;
  const known = column === undefined && request.given === undefined ? seenBefore(progress) : undefined;
  const read = await readSource({ ...request, since, watermark: column, known }, staging, means);
  refuseChangedFiles(read, known);
  if (column === undefined || request.given !== undefined || read.rows === 0 || isDatabase(request)) return read;
  if (from !== undefined) await staging.dropBelow(column, justAfter(numberOf(from)));
  const watermark = await staging.largest(column);
  if (watermark !== undefined) numberOf(watermark);
  return { ...read, watermark, rows: watermark === undefined ? 0 : (await staging.describe()).rows };
}

const isDatabase = ({ spec: { source } }: ReadRequest): boolean => source.kind === "mongodb" || source.kind === "sql";

const seenBefore = (progress: SourceProgress | undefined): Record<string, string> =>
  Object.assign({}, ...(progress?.spans ?? []).map(({ seen }) => seen ?? {}));

/** Only what a number is can be compared in a file as the source itself would compare it. */
function numberOf(watermark: Watermark): number {
  if (typeof watermark === "number") return watermark;
  throw new ProblemError({
    code: "SPAN_WATERMARK_IS_TEXT",
    where: "span.watermark",
    message: `the watermark is the text ${JSON.stringify(watermark.slice(0, 40))}, and texts of a file have no order in time.`,
    remedy: "Name a column of numbers, or of dates in one form such as 2020-01-31.",
  });
}

/** The rows of an earlier span are in use: a file that has other rows now would have some of them twice. */
function refuseChangedFiles({ seen = {} }: SourceRead, known: Readonly<Record<string, string>> = {}): void {
  const changed = Object.keys(seen).find((name) => known[name] !== undefined && known[name] !== seen[name]);
  if (changed === undefined) return;
  throw new ProblemError({
    code: "SOURCE_FILE_CHANGED",
    where: changed,
    message: "this file was read for an earlier span and has other bytes now.",
    remedy: "Write new rows into a new file, or name a column as span.watermark that tells which rows are new.",
  });
}

/** With late rows some are read again each time: whether any is new shows when they are put together. */
const isNothing = ({ rows }: SourceRead, progress: SourceProgress | undefined): boolean =>
  rows === 0 && progress !== undefined;

export const NOTHING_NEW = "SOURCE_NOTHING_NEW";

export const nothingNew = (where: string, watermark: Watermark | undefined): ProblemError =>
  new ProblemError({
    code: NOTHING_NEW,
    where,
    message: `nothing is new${watermark === undefined ? "" : ` since ${asTime(watermark)}`}; what serves goes on serving.`,
    remedy: "Start a run when there are new rows, or set span.read to all.",
  });

/** A number that can only be a time of our days is shown as one. */
const asTime = (watermark: Watermark): string =>
  typeof watermark === "number" && watermark > 1e11 && watermark < 1e13
    ? new Date(watermark).toISOString()
    : String(watermark);

async function keepRows(staging: Staging, { workFolder, context }: Means) {
  const path = join(workFolder, "span.parquet");
  await staging.write("all", path, "parquet");
  return context.artifacts.putFile(path, { mediaType: "application/vnd.apache.parquet", name: "span.parquet" });
}

export const watermarkAfter = ({ own, from }: SpanRun): Watermark | undefined => larger(from, own.to);
