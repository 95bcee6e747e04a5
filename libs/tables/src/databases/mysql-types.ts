import type { FieldPacket } from "mysql2";
import { putNumber, putText, type ColumnBuilder, type ValueKind } from "./column-builder.js";
import { timeOf } from "./time-text.js";

export interface MysqlType {
  readonly kind: ValueKind | undefined;
  readonly put: (column: ColumnBuilder, row: number, value: unknown) => void;
}

const codes = {
  number: [0, 1, 2, 3, 4, 5, 9, 13, 246],
  long: [8],
  date: [7, 10, 12, 14],
  bits: [16],
} as const;

const number: MysqlType = {
  kind: "number",
  put: (column, row, value) => putNumber(column, row, Number(value), "number"),
};
const date: MysqlType = {
  kind: "date",
  put: (column, row, value) => putNumber(column, row, timeOf(value as string), "date"),
};
/** mysql2 gives those that no double holds as texts. */
const long: MysqlType = {
  kind: undefined,
  put: (column, row, value) =>
    typeof value === "number" ? putNumber(column, row, value, "number") : putText(column, row, value as string),
};
const bits: MysqlType = {
  kind: undefined,
  put: (column, row, value) => putBits(column, row, BigInt(`0x${(value as Buffer).toString("hex") || "0"}`)),
};
const text: MysqlType = {
  kind: "text",
  put: (column, row, value) => putText(column, row, typeof value === "string" ? value : textFrom(value)),
};

const types = new Map<number, MysqlType>([
  ...codes.number.map((code) => [code, number] as const),
  ...codes.long.map((code) => [code, long] as const),
  ...codes.date.map((code) => [code, date] as const),
  ...codes.bits.map((code) => [code, bits] as const),
]);

export const codeOf = (field: FieldPacket): number => field.columnType ?? field.type ?? -1;

/** json, enum, set, time and bytes are texts. */
export const mysqlType = (field: FieldPacket): MysqlType => types.get(codeOf(field)) ?? text;

/** What the bound of a watermark is to be compared as. */
export function boundType(field: FieldPacket): "whole" | "number" | "date" | "text" {
  const code = codeOf(field);
  if ([1, 2, 3, 8, 9, 13].includes(code)) return "whole";
  if (types.get(code) === number) return "number";
  return types.get(code) === date ? "date" : "text";
}

function putBits(column: ColumnBuilder, row: number, value: bigint): void {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) putNumber(column, row, Number(value), "number");
  else putText(column, row, String(value));
}

const textFrom = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString("hex") : JSON.stringify(value));
