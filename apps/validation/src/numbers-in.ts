import type { ColumnSchema, NumericColumn, TextColumn } from "@millrace/contracts";
import { numberIn } from "./value-checks.js";

/** A column of written numbers as numbers; what is none is missing. */
export function numbersIn({ name, codes, dictionary }: TextColumn, wanted: ColumnSchema): NumericColumn {
  const numbers = dictionary.map((text) => numberIn(wanted, text) ?? NaN);
  return { name, kind: "number", values: Float64Array.from(codes, (code) => (code < 0 ? NaN : numbers[code]!)) };
}
