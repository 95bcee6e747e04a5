import { ProblemError, type Column, type Table } from "@millrace/contracts";
import { openNumberProfiler } from "./number-profiler.js";
import type { Profile } from "./profile.js";
import { openTextProfiler } from "./text-profiler.js";

export interface Profiler {
  /** Batches have dictionaries of their own, in any order. */
  add(batch: Table): void;
  profile(): Profile;
}

type ColumnProfiler = ReturnType<typeof openNumberProfiler> | ReturnType<typeof openTextProfiler>;

/** Looks at rows some at a time and keeps a few kilobytes of each column: of those named, or of all that come. */
export function openProfiler(columns?: readonly Pick<Column, "name" | "kind">[]): Profiler {
  const profilers = new Map((columns ?? []).map((column) => [column.name, openColumn(column)]));
  let rows = 0;
  return {
    add(batch: Table): void {
      rows += batch.rows;
      for (const column of batch.columns) {
        if (columns === undefined && !profilers.has(column.name)) profilers.set(column.name, openColumn(column));
        const profiler = profilers.get(column.name);
        if (profiler !== undefined) addColumn(profiler, column);
      }
    },
    profile: () => ({
      format: "millrace-profile/1",
      rows,
      columns: [...profilers.values()].map((profiler) => profiler.profile()),
    }),
  };
}

const openColumn = ({ name, kind }: Pick<Column, "name" | "kind">): ColumnProfiler =>
  kind === "number" ? openNumberProfiler(name) : openTextProfiler(name);

function addColumn(profiler: ColumnProfiler, column: Column): void {
  if (profiler.kind === "number" && column.kind === "number") return profiler.add(column.values);
  if (profiler.kind === "text" && column.kind === "text") return profiler.add(column.codes, column.dictionary);
  throw new ProblemError({
    code: "COLUMN_KIND_CHANGED",
    message: `The column "${column.name}" has ${wordFor[column.kind]} where it had ${wordFor[profiler.kind]}.`,
    remedy: "Read all batches of a dataset with the same types.",
  });
}

const wordFor = { number: "numbers", text: "texts" };

export function profileTable(table: Table): Profile {
  const profiler = openProfiler(table.columns);
  profiler.add(table);
  return profiler.profile();
}
