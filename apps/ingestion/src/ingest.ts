import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataArrived, datasetIngested, digestOf, ProblemError, stepDone, type DataOf } from "@millrace/contracts";
import { findPipeline, step, writeJson, type StepContext } from "@millrace/service";
import { openStaging, type Staging } from "@millrace/tables";
import { assembleSpans } from "./assemble-spans.js";
import { storeDataset } from "./feature-store.js";
import { outOfMemory } from "./long-texts.js";
import { counted, type Means } from "./means.js";
import { NOTHING_NEW, nothingNew, readSpan, watermarkAfter } from "./read-span.js";
import type { ReadRequest } from "./read-source.js";
import { readWhole } from "./read-whole.js";
import { schemaBeside } from "./schema-file.js";
import { readIngestionSettings } from "./settings.js";
import { openSpanBook, type SpanBook, type SpanRun } from "./span-book.js";
import { splitDataset } from "./split-dataset.js";
import { turns } from "./turns.js";

type Ingested = DataOf<typeof datasetIngested>;
type Context = StepContext<typeof dataArrived>;

// Each keeps up to 384 MB in DuckDB, so that two are within the 1 GiB of a service.
const inTurn = turns(2);

/** Reads the source, splits its rows and writes both sides as Parquet. */
export const ingest = step({
  name: "ingest",
  on: dataArrived,
  emits: [datasetIngested],
  version: 2,
  run: async (arrival, context) => {
    const { spec, folder } = await findPipeline(context.settings.MILLRACE_PIPELINES_DIR, arrival.pipeline);
    const request = { spec, folder, given: arrival.source };
    try {
      return datasetIngested(await inTurn(() => withMeans(context, (means) => ingestOne(request, means))));
    } catch (error) {
      return endWithoutNews(error);
    }
  },
});

/** A run that finds nothing new has nothing to do: it ends there, and that is no failure. */
function endWithoutNews(error: unknown) {
  if (!(error instanceof ProblemError) || error.problem.code !== NOTHING_NEW) throw error;
  return stepDone({ step: "ingest", summary: error.problem.message });
}

async function withMeans<T>(context: Context, does: (means: Means) => Promise<T>): Promise<T> {
  const { environment } = context;
  const workFolder = await mkdtemp(join(tmpdir(), "millrace-ingest-"));
  try {
    return await does({ context, environment, settings: readIngestionSettings(environment), workFolder });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function withStaging<T>({ workFolder, context }: Means, does: (staging: Staging) => Promise<T>): Promise<T> {
  const staging = await openStaging({ folder: workFolder });
  try {
    return await does(staging);
  } catch (error) {
    throw outOfMemory(error, `run ${context.run}`);
  } finally {
    await staging.close();
  }
}

const ingestOne = (request: ReadRequest, means: Means): Promise<Ingested> =>
  request.spec.span.read === "new" ? ingestSpan(request, means) : ingestAll(request, means);

const ingestAll = (request: ReadRequest, means: Means): Promise<Ingested> =>
  withStaging(means, async (staging) => {
    const { read, span } = await readWhole(request, staging, means);
    const { location, digest } = read;
    if (read.skipped > 0)
      means.context.progress(`${counted(read.skipped)} lines were left out for their number of cells`);
    return { ...(await datasetOf(request, { location, digest }, staging, means)), ...(span && { span }) };
  });

/** What a run is made of is decided once; whoever does it again, after a crash or beside another, takes what was decided. */
async function ingestSpan(request: ReadRequest, means: Means): Promise<Ingested> {
  const book = openSpanBook(means.context.records, request.spec);
  const decided = await book.ofRun(means.context.run);
  if (decided !== undefined) return (await ingestDecided(decided, request, book, means)).told;
  const read = await withStaging(means, (staging) => readSpan(request, book, staging, means));
  const { told, settled } = await ingestDecided(read, request, book, means);
  if (settled === undefined) return told;
  return (await ingestDecided(settled, request, book, means)).told;
}

/** Nothing is written of a span before its dataset was found good, and the watermark moves last. */
async function ingestDecided(
  run: SpanRun,
  request: ReadRequest,
  book: SpanBook,
  means: Means,
): Promise<{ told: Ingested; settled?: SpanRun }> {
  const told = await withStaging(means, (staging) => datasetOfSpans(run, request, book, staging, means));
  const stands = await book.decide(run);
  if (digestOf(stands) !== digestOf(run)) return { told, settled: stands };
  await book.advance(run, told.rows.total);
  return { told };
}

async function datasetOfSpans(
  run: SpanRun,
  request: ReadRequest,
  book: SpanBook,
  staging: Staging,
  means: Means,
): Promise<Ingested> {
  const { own, kept } = run;
  await assembleSpans(run, request.spec, staging, means);
  await refuseNothing(run, request, book, staging);
  means.context.progress(`${counted(own.rows)} rows of this span, and those of ${kept.length} spans before it`);
  const source = { location: own.location, ...(own.digest !== undefined && { digest: own.digest }) };
  const span = { from: run.from, to: watermarkAfter(run), spans: kept.length + 1, rows: own.rows };
  return {
    ...(await datasetOf(request, source, staging, means)),
    span: JSON.parse(JSON.stringify(span)) as typeof span,
  };
}

/** Rows that may come late are read again each time: something is new when there are more rows, or later ones. */
async function refuseNothing(run: SpanRun, { spec }: ReadRequest, book: SpanBook, staging: Staging): Promise<void> {
  if (spec.span.late === undefined || (await book.ofRun(run.run)) !== undefined) return;
  const before = await book.progress();
  if (before === undefined || before.watermark !== watermarkAfter(run)) return;
  if ((await staging.describe()).rows === before.rows) throw nothingNew(run.own.location, before.watermark);
}

async function datasetOf(
  { spec, folder }: ReadRequest,
  source: Ingested["source"],
  staging: Staging,
  means: Means,
): Promise<Ingested> {
  const { artifacts, progress } = means.context;
  const dataset = await splitDataset(spec, source.location, staging, means);
  const { train, test, duplicates } = dataset.outcome;
  progress(`${dataset.rows} rows: ${train} to learn from, ${test} to judge by`);
  if (duplicates.rows > 0) progress(wordsOf(duplicates));
  return {
    pipeline: spec.name,
    spec: await writeJson(artifacts, "pipeline.json", spec),
    schema: await schemaBeside(folder, spec, artifacts),
    source: JSON.parse(JSON.stringify(source)) as Ingested["source"],
    ...(await storeDataset(dataset, spec.features.csv, staging, means)),
  };
}

const wordsOf = ({ rows, leaked }: { rows: number; leaked: number }): string =>
  `${counted(rows)} rows have an exact twin before them, which is on their side; dealt blindly, about ${counted(Math.round(leaked))} test rows would have had one among the training rows`;
