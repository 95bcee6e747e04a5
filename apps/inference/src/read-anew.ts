import { ProblemError } from "@millrace/contracts";
import type { ServedModel } from "./served-model.js";

const isUnreadable = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem.code === "FEATURES_INVALID";

/**
 * A row that was refused, once more as the data would have it: with dates and nested objects. Undefined where that makes no
 * other row. Only what was refused comes here, so that a row of numbers pays nothing for it.
 */
export const readAnew = ({ model }: ServedModel, row: unknown, refusal: unknown): unknown =>
  isUnreadable(refusal) ? model.readRow?.(row) : undefined;

export function readAllAnew(
  { model: { readRow } }: ServedModel,
  rows: readonly unknown[],
  refusal: unknown,
): readonly unknown[] | undefined {
  if (readRow === undefined || !isUnreadable(refusal)) return undefined;
  const read = rows.map((row) => readRow(row) ?? row);
  return read.some((row, index) => row !== rows[index]) ? read : undefined;
}
