import type { PredictionRecord, PredictionsPage } from "@millrace/contracts";
import { compare, firstRows, type Order, type Place } from "./first-rows.js";
import { dateOf, folderName } from "./log-parts.js";
import type { LogStore } from "./log-store.js";
import { openPartFiles, type PartFiles } from "./part-files.js";
import { rangesOf } from "./part-ranges.js";
import type { LabelRow, PredictionRow } from "./row-reader.js";
import { spooledRows } from "./spooled-rows.js";

export interface ReadJob {
  readonly store: LogStore;
  readonly spool: string;
  readonly model: string;
  /** In milliseconds since 1970: from `since` on, and before `until`. */
  readonly since: number;
  readonly until: number;
  readonly order: Order;
  readonly limit: number;
  readonly after?: Place;
}

/** A page of a model's log with the labels that have come: from the artifact store, and what is still on this machine. */
export async function readPage(job: ReadJob): Promise<PredictionsPage> {
  const parts = await openPartFiles(job.store);
  try {
    const found = await predictionsOf(job, parts);
    const rows = found.slice(0, job.limit);
    const labels = await labelsOf(job, rows, parts);
    const predictions = rows.map((row) => recordOf(row, labels.get(row.id)));
    return { predictions, ...(found.length > rows.length && { next: cursorOf(rows.at(-1)!) }) };
  } finally {
    await parts.close();
  }
}

async function predictionsOf(job: ReadJob, parts: PartFiles): Promise<PredictionRow[]> {
  const { model, since, until, order, limit, after, spool } = job;
  const first = firstRows(limit + 1, order);
  const isIn = (at: number) => at >= since && at < until && first.wants(at);
  const isAfter = (row: Place) => after === undefined || (order === "asc" ? 1 : -1) * compare(row, after) > 0;
  for await (const row of spooledRows(spool))
    if (row.kind === "prediction" && row.model === model && isIn(row.at) && isAfter(row)) first.add(row);
  for (const { part, from, to } of await rangesFor(job, parts)) {
    if (from >= until || to < since || !first.wants(order === "asc" ? from : to)) continue;
    await parts.withFile(part, async (path) => {
      const { predictionsIn } = await partRows();
      for await (const row of predictionsIn(path, model, isIn)) if (isAfter(row)) first.add(row);
    });
  }
  return first.rows();
}

/** DuckDB is loaded where there is a part to read, and not before. */
const partRows = () => import("./part-rows.js");

/** Those that come first are read first, so that the others need not be read. */
async function rangesFor({ model, since, until, order, after }: ReadJob, parts: PartFiles) {
  const [from, to] = order === "asc" ? [after?.at ?? since, until - 1] : [since, after?.at ?? until - 1];
  const days = { from: dateOf(from), to: dateOf(to) };
  const ranges = rangesOf(await parts.list(`predictions/model=${folderName(model)}`, days));
  return ranges.sort((one, other) => (order === "asc" ? one.from - other.from : other.to - one.to));
}

/** The last label of a prediction counts. One can't have come on a day before its prediction. */
async function labelsOf({ model, spool }: ReadJob, rows: readonly PredictionRow[], parts: PartFiles) {
  const wanted = new Set(rows.map(({ id }) => id));
  const labels = new Map<string, LabelRow>();
  const take = (row: LabelRow) => {
    const known = labels.get(row.predictionId);
    if (wanted.has(row.predictionId) && (known === undefined || row.at >= known.at)) labels.set(row.predictionId, row);
  };
  if (wanted.size === 0) return labels;
  const from = dateOf(Math.min(...rows.map(({ at }) => at)));
  const listed = await parts.list(`labels/model=${folderName(model)}`, { from, to: "9999-12-31" });
  for (const part of listed.sort((one, other) => (one.segment < other.segment ? -1 : 1)))
    await parts.withFile(part, async (path) => {
      const { labelsIn } = await partRows();
      for await (const row of labelsIn(path, model)) take(row);
    });
  for await (const row of spooledRows(spool)) if (row.kind === "label" && row.model === model) take(row);
  return labels;
}

function recordOf(row: PredictionRow, label: LabelRow | undefined): PredictionRecord {
  return {
    ...{ prediction_id: row.id, requested_at: new Date(row.at).toISOString(), model_version: row.version ?? null },
    ...{ status: row.status, prediction: row.prediction ?? null, confidence: row.confidence ?? null },
    ...{ probabilities: parsed(row.probabilities), features: parsed(row.features) },
    ...{ milliseconds: row.milliseconds, trace: row.trace ?? null, caller: row.caller ?? null },
    ...{ problem: row.problem ?? null, label: label?.label ?? null },
    labelled_at: label === undefined ? null : new Date(label.at).toISOString(),
  };
}

const parsed = (json: string | undefined) => (json === undefined ? null : JSON.parse(json));

const cursorOf = ({ at, id }: Place): string => `${at}~${id}`;

export function placeOf(cursor: string): Place | undefined {
  const [, at, id] = /^(\d{1,16})~(.{1,300})$/s.exec(cursor) ?? [];
  return at === undefined ? undefined : { at: Number(at), id: id! };
}
