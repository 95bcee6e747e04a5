import type { RowSink, StagedColumn } from "../staging/row-sink.js";
import { widerKind, type ValueKind } from "./column-builder.js";
import {
  patienceOf,
  type DatabaseRead,
  type DatabaseSource,
  type ReadDatabaseOptions,
  type Since,
  type Watermark,
} from "./database-source.js";
import type { Database, OpenQuery } from "./database.js";
import { problemsOf, type Problems } from "./database-problem.js";
import { largestValue, type LargestValue } from "./largest-value.js";
import { openDatabase } from "./open-database.js";
import { rowBatches, type Batch } from "./row-batches.js";
import { openSpool } from "./spool.js";
import { stagedKind, tableOfBatch } from "./table-of-batch.js";

const BATCH_ROWS = 10_000;

/**
 * Reads a source in a database into a sink, to the end or not at all: a connection that is lost in the middle throws. What
 * a sink got before an error is not a dataset.
 */
export async function readDatabase(
  source: DatabaseSource,
  sink: RowSink,
  options: ReadDatabaseOptions = {},
): Promise<DatabaseRead> {
  return withDatabase(source, options, async (database) => {
    const query = await database.open(options);
    const problems = problemsOf(source.url);
    const certain = query.columns.length > 0 && query.columns.every(({ kind }) => kind !== undefined);
    return await (certain ? readStraight : readSpooled)(query, sink, options, problems);
  });
}

/** How many rows there are, or are new since a watermark: without reading them. */
export const countRows = (source: DatabaseSource, since?: Since): Promise<number> =>
  withDatabase(source, {}, (database) => database.count(since));

/** The largest value of a column, as `readDatabase` would tell it; undefined where there is none. */
export const largestOf = (source: DatabaseSource, column: string): Promise<Watermark | undefined> =>
  withDatabase(source, {}, (database) => database.largest(column));

async function withDatabase<Result>(
  source: DatabaseSource,
  { patience, signal, folder }: ReadDatabaseOptions,
  ask: (database: Database) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const database = await openDatabase(source, { ...patienceOf(patience), signal, folder });
  try {
    return await ask(database);
  } catch (error) {
    // Whoever called it off is told so, and not that the connection was lost.
    signal?.throwIfAborted();
    throw error;
  } finally {
    await database.close();
  }
}

interface Progress {
  rows: number;
  readonly largest: LargestValue | undefined;
}

/** Where the database says what its columns are, rows go on while others are still read. */
async function readStraight(
  query: OpenQuery,
  sink: RowSink,
  options: ReadDatabaseOptions,
  problems: Problems,
): Promise<DatabaseRead> {
  const columns = query.columns.map(({ name, kind }) => ({ name, kind: stagedKind(kind!) }));
  const progress = progressOf(query);
  let begun: Promise<void> | undefined;
  await readAll(query, options, progress, async (batch) => {
    await (begun ??= sink.begin(columns));
    await sink.append(tableOfBatch(batch, columns));
  });
  await refuseNothing(progress.rows, query, options, problems);
  await (begun ??= sink.begin(columns));
  return outcome(columns, progress, query, problems);
}

/** Where only the rows tell what the columns are, rows wait until the last one has been seen. */
async function readSpooled(
  query: OpenQuery,
  sink: RowSink,
  options: ReadDatabaseOptions,
  problems: Problems,
): Promise<DatabaseRead> {
  const spool = openSpool(options.folder);
  const progress = progressOf(query);
  const kinds: ValueKind[] = [];
  try {
    const names = await readAll(query, options, progress, async (batch) => {
      batch.columns.forEach(({ kind }, index) => (kinds[index] = widerKind(kinds[index] ?? "empty", kind)));
      await spool.put(batch);
    });
    await refuseNothing(progress.rows, query, options, problems);
    refuseUnseen(query, names, progress.rows, problems);
    const all = names.map((name, index) => ({ name, kind: stagedKind(kinds[index] ?? "empty") }));
    const columns = query.watermark?.hidden ? all.filter(({ name }) => name !== query.watermark?.column) : all;
    if (columns.length > 0) await sink.begin(columns);
    const positions = columns.map(({ name }) => names.indexOf(name));
    for await (const { rows, columns: cells } of spool.batches()) {
      options.signal?.throwIfAborted();
      await sink.append(tableOfBatch({ rows, columns: positions.map((at) => cells[at]!) }, columns));
    }
    return outcome(columns, progress, query, problems);
  } finally {
    await spool.close();
  }
}

const progressOf = ({ watermark }: OpenQuery): Progress => ({
  rows: 0,
  largest: watermark && largestValue(watermark.order),
});

/** Reads to the end; gives the names of the columns that came up. */
async function readAll(
  query: OpenQuery,
  { batchRows = BATCH_ROWS, onProgress, signal }: ReadDatabaseOptions,
  progress: Progress,
  take: (batch: Batch) => Promise<void>,
): Promise<string[]> {
  const batches = rowBatches(batchRows, async (batch) => {
    signal?.throwIfAborted();
    const watched = batches.columns.findIndex(({ name }) => name === query.watermark?.column);
    progress.largest?.see(batch.columns[watched]);
    await take(batch);
    progress.rows += batch.rows;
    onProgress?.(progress.rows);
  });
  for (const { name } of query.columns) batches.add(name);
  await query.read(batches);
  await batches.handOn();
  return batches.columns.map(({ name }) => name);
}

async function refuseNothing(
  rows: number,
  query: OpenQuery,
  { since }: ReadDatabaseOptions,
  problems: Problems,
): Promise<void> {
  if (rows > 0) return;
  await query.checkExists?.();
  // That nothing is new is what a watermark is there to find out.
  if (!since) throw problems.empty();
}

/** Where only rows tell what columns there are, they also tell that there is no such watermark. */
function refuseUnseen({ watermark }: OpenQuery, names: readonly string[], rows: number, problems: Problems): void {
  if (!watermark || watermark.optional || rows === 0 || names.includes(watermark.column)) return;
  throw problems.unknownColumn(watermark.column, names);
}

function outcome(
  columns: readonly StagedColumn[],
  { rows, largest }: Progress,
  { watermark }: OpenQuery,
  problems: Problems,
): DatabaseRead {
  if (!largest?.mixed()) return { rows, columns, watermark: largest?.value() };
  if (watermark?.optional) return { rows, columns };
  throw problems.mixedWatermark(watermark!.column);
}
