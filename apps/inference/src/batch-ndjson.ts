import type { LoadedModel } from "@millrace/learning";
import { refuseDeepJson } from "@millrace/service";
import { lineProblem, textOfRecord, type BatchRow, type RowReader } from "./batch-rows.js";

type Keep = (row: unknown) => unknown;

/** A line is a row, by position or by name, or {"features": row}. Of a row by name what is no feature is left out, as of a CSV. */
export function readNdjson(features: LoadedModel["features"]): RowReader {
  const keep = withoutOthers(features);
  return {
    columns: () => undefined,
    finish: () => undefined,
    read(record, line) {
      const text = textOfRecord(record);
      if (typeof text !== "string") return { line, problem: text };
      return text.trim() === "" ? undefined : rowOf(text, record!, line, keep);
    },
  };
}

/** A feature may be named by the path to it, so that the object it stands in is kept as well. */
function withoutOthers(features: LoadedModel["features"]): Keep {
  const known = new Set(features.flatMap(({ name }) => [name, ...pathsTo(name)]));
  return (row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
    for (const name in row) {
      if (!known.has(name)) return Object.fromEntries(Object.entries(row).filter(([key]) => known.has(key)));
    }
    return row;
  };
}

function pathsTo(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

function rowOf(text: string, record: Buffer, line: number, keep: Keep): BatchRow {
  try {
    refuseDeepJson(record);
    return { line, features: keep(featuresOf(JSON.parse(text))) };
  } catch {
    return { line, problem: lineProblem("it is not JSON.") };
  }
}

function featuresOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const [name, ...others] = Object.keys(value);
  const inner = (value as { features?: unknown }).features;
  return name === "features" && others.length === 0 && typeof inner === "object" ? inner : value;
}
