import { putNumber, putText, type ColumnBuilder, type ValueKind } from "./column-builder.js";
import { timeOf } from "./time-text.js";

type Put = (column: ColumnBuilder, row: number, text: string) => void;

export interface PostgresType {
  /** Undefined where only the rows tell. */
  readonly kind: ValueKind | undefined;
  readonly put: Put;
}

const number: PostgresType = { kind: "number", put: (column, row, text) => putNumber(column, row, +text, "number") };
const flag: PostgresType = {
  kind: "flag",
  put: (column, row, text) => putNumber(column, row, text === "t" ? 1 : 0, "flag"),
};
const date: PostgresType = { kind: "date", put: (column, row, text) => putNumber(column, row, timeOf(text), "date") };
const text: PostgresType = { kind: "text", put: putText };
const bigint: PostgresType = { kind: undefined, put: putWhole };

/** Beyond 2^53 a double no longer tells neighbours apart, and identifiers are what is so large. */
export function putWhole(column: ColumnBuilder, row: number, digits: string): void {
  const value = +digits;
  if (Number.isSafeInteger(value)) putNumber(column, row, value, "number");
  else putText(column, row, digits);
}

export const oids = { bool: 16, int8: 20, int2: 21, int4: 23, text: 25, oid: 26, float4: 700, float8: 701 } as const;

const types = new Map<number, PostgresType>([
  [oids.bool, flag],
  [oids.int8, bigint],
  ...[oids.int2, oids.int4, oids.oid, oids.float4, oids.float8, 1700].map((oid) => [oid, number] as const),
  ...[1082, 1114, 1184].map((oid) => [oid, date] as const),
]);

/** Anything that is neither a number nor a time is the text that PostgreSQL writes: json, uuid, arrays, intervals, bytes. */
export const postgresType = (oid: number): PostgresType => types.get(oid) ?? text;

/** Whose order in the database depends on its collation. */
export const isCollated = (oid: number): boolean => [18, 19, oids.text, 1042, 1043].includes(oid);
