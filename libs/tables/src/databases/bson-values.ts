import { BSON } from "mongodb";
import { putNumber, putText, type ColumnBuilder } from "./column-builder.js";

const { Binary, BSONRegExp, Code, Decimal128, Long, ObjectId, Timestamp, UUID } = BSON;

/** Where the next element begins, if a value of this type begins here. */
export function endOfValue(bytes: Buffer, type: number, at: number): number {
  const fixed = sizes.get(type);
  if (fixed !== undefined) return at + fixed;
  if (type === 0x0b) return endOfName(bytes, endOfName(bytes, at));
  const length = bytes.readInt32LE(at);
  // A string's length does not count itself, a document's does.
  if ([0x03, 0x04, 0x0f].includes(type)) return at + length;
  return at + 4 + length + (type === 0x05 ? 1 : type === 0x0c ? 12 : 0);
}

const sizes = new Map([
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);

export const endOfName = (bytes: Buffer, at: number): number => bytes.indexOf(0, at) + 1;

/** Eight bytes as a number; undefined where it is too large for a double to hold it. */
export function longAt(bytes: Buffer, at: number): number | undefined {
  const value = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The types that are rare: the driver reads them. `element` is the whole element, with its type and name. */
export function putRare(column: ColumnBuilder, row: number, element: Buffer): void {
  const document = Buffer.alloc(element.length + 5);
  document.writeInt32LE(document.length);
  element.copy(document, 4);
  const value: unknown = Object.values(BSON.deserialize(document, { bsonRegExp: true }))[0];
  if (value instanceof Decimal128) putNumber(column, row, Number(value.toString()), "number");
  else if (value instanceof Timestamp) putNumber(column, row, value.t * 1000, "date");
  else putText(column, row, Array.isArray(value) ? JSON.stringify(plain(value)) : String(plain(value)));
}

/** A value inside an array as JSON has it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Decimal128 || value instanceof Long) return value.toString();
  if (value instanceof Binary)
    return value.sub_type === Binary.SUBTYPE_UUID ? new UUID(value.buffer).toString() : hex(value);
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof Code) return value.code;
  if (value instanceof Timestamp) return new Date(value.t * 1000).toISOString();
  if (typeof value !== "object" || value === null) return value;
  const named = value as { _bsontype?: string };
  if (named._bsontype) return named._bsontype;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

const hex = (value: BSON.Binary): string => Buffer.from(value.value()).toString("hex");
