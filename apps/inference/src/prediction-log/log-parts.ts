import { parquetBytes, type ParquetColumn } from "./parquet.js";
import type { LabelRow, LogRow, PredictionRow } from "./row-reader.js";

/** One file of the log in the artifact store. */
export interface LogPart {
  readonly key: string;
  readonly rows: number;
  readonly bytes: Buffer;
}

export const mediaType = "application/vnd.apache.parquet";

/** Requests that named no model of ours lie together: what a stranger writes in a path makes no folder. */
export const unknownModel = "__unknown__";

/** A segment's rows as Parquet, one part for each kind, model and day. The same segment gives the same parts, however often. */
export function* partsOf(segment: string, rows: Iterable<LogRow>): Generator<LogPart> {
  for (const [folder, part] of byFolder(rows)) {
    const columns = part[0]!.kind === "label" ? labelColumns(part) : predictionColumns(part);
    yield { key: `${folder}/${segment}.parquet`, rows: part.length, bytes: parquetBytes(columns, part.length) };
  }
}

/** Rows that follow one another are nearly always of one kind, model and day. */
function byFolder(rows: Iterable<LogRow>): Map<string, LogRow[]> {
  const folders = new Map<string, LogRow[]>();
  let last: { kind: string; model: string; day: number; rows: LogRow[] } | undefined;
  for (const row of rows) {
    const { kind, model } = row;
    const day = Math.floor(row.at / DAY_MS);
    if (last?.day !== day || last.model !== model || last.kind !== kind) {
      const folder = `${kind}s/model=${folderName(model)}/date=${dateOf(row.at)}`;
      const known = folders.get(folder) ?? [];
      folders.set(folder, known);
      last = { kind, model, day, rows: known };
    }
    last.rows.push(row);
  }
  return folders;
}

const DAY_MS = 86_400_000;

/** In UTC, like every time of the log. */
export const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** A name that a path, a URL and a Hive partition take as it is. */
export function folderName(model: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(model)) return model;
  return `_${encodeURIComponent(model).replace(/[^A-Za-z0-9._-]/g, "_")}`.slice(0, 100);
}

function column<Row>(
  rows: readonly LogRow[],
  name: string,
  kind: ParquetColumn["kind"],
  value: (row: Row) => string | number | undefined,
): ParquetColumn {
  return { name, kind, values: rows.map((row) => value(row as Row)) };
}

/**
 * Features and probabilities are JSON in one column each: a version with other features needs no other columns, so the
 * files of all versions have one schema.
 */
function predictionColumns(rows: readonly LogRow[]): ParquetColumn[] {
  const of = (name: string, kind: ParquetColumn["kind"], value: (row: PredictionRow) => string | number | undefined) =>
    column<PredictionRow>(rows, name, kind, value);
  return [
    of("id", "text", ({ id }) => id),
    of("requested_at", "time", ({ at }) => at),
    of("version", "int", ({ version }) => version),
    of("status", "int", ({ status }) => status),
    of("prediction", "text", ({ prediction }) => prediction),
    of("confidence", "double", ({ confidence }) => confidence),
    of("probabilities", "text", ({ probabilities }) => probabilities),
    of("features", "text", ({ features }) => features),
    of("milliseconds", "double", ({ milliseconds }) => milliseconds),
    of("trace", "text", ({ trace }) => trace),
    of("caller", "text", ({ caller }) => caller),
    of("problem", "text", ({ problem }) => problem),
    of("asked", "text", ({ asked }) => asked),
  ];
}

function labelColumns(rows: readonly LogRow[]): ParquetColumn[] {
  const of = (name: string, kind: ParquetColumn["kind"], value: (row: LabelRow) => string | number | undefined) =>
    column<LabelRow>(rows, name, kind, value);
  return [
    of("prediction_id", "text", ({ predictionId }) => predictionId),
    of("labelled_at", "time", ({ at }) => at),
    of("label", "text", ({ label }) => label),
    of("caller", "text", ({ caller }) => caller),
  ];
}
