import { refuseDeepJson } from "@millrace/service";
import { lineProblem, textOfRecord, type BatchRow, type RowReader } from "./batch-rows.js";

/** A line is a row, by position or by name, or {"features": row}. */
export const readNdjson = (): RowReader => ({
  columns: () => undefined,
  finish: () => undefined,
  read(record, line) {
    const text = textOfRecord(record);
    if (typeof text !== "string") return { line, problem: text };
    return text.trim() === "" ? undefined : rowOf(text, record!, line);
  },
});

function rowOf(text: string, record: Buffer, line: number): BatchRow {
  try {
    refuseDeepJson(record);
    return { line, features: featuresOf(JSON.parse(text)) };
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
