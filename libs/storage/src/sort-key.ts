import { createHash } from "node:crypto";
import { ProblemError, shortDigestOf } from "@millrace/contracts";

// One text per record and index, whose plain byte order is the order of the index. Both drivers sort and page by it, so a page
// and a cursor mean the same on every server, whatever that server thinks of comparing numbers, texts and nulls. It is ASCII.
const END_OF_FIELD = " ";
const MAX_FIELD = 240;
const KEPT = 172;

/** The order: absent and null, false, true, numbers, texts by their UTF-8 bytes (told apart, but unordered, from about 170 bytes on). */
function fieldText(value: unknown, where: string): string {
  if (value === undefined || value === null) return "a";
  if (typeof value === "boolean") return value ? "c" : "b";
  if (typeof value === "number") return `d${orderedNumber(value)}`;
  if (typeof value === "string") return `e${bounded(orderedText(value))}`;
  throw new ProblemError({
    code: "INDEX_VALUE_UNSUPPORTED",
    where,
    message: `an index orders texts, numbers, booleans and nothing else, and this is ${Array.isArray(value) ? "a list" : "an object"}.`,
    remedy: "Index another field, or keep what is searched for in a field of its own.",
  });
}

/** IEEE 754 with the sign turned so that the hexadecimal digits sort like the numbers. */
function orderedNumber(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  const negative = (bytes[0]! & 0x80) !== 0;
  for (let i = 0; i < 8; i++) bytes[i] = negative ? ~bytes[i]! & 0xff : i === 0 ? bytes[i]! | 0x80 : bytes[i]!;
  return bytes.toString("hex");
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** `"` to `}` stand for themselves; smaller bytes become `!xx`, greater ones `~xx`, so the order stays and a space ends a field. */
function orderedText(text: string): string {
  if (/^["-}]*$/.test(text)) return text;
  let out = "";
  for (const byte of Buffer.from(text, "utf8"))
    out += byte < 0x22 ? `!${hex(byte)}` : byte > 0x7d ? `~${hex(byte)}` : String.fromCharCode(byte);
  return out;
}

function bounded(text: string): string {
  return text.length <= MAX_FIELD ? text : text.slice(0, KEPT) + createHash("sha256").update(text).digest("hex");
}

/** What every sort key of a record with these values begins with. */
export const sortPrefix = (values: readonly unknown[], where: string): string =>
  values.map((value) => fieldText(value, where) + END_OF_FIELD).join("");

export function sortKey(fields: readonly string[], value: unknown, key: string, where: string): string {
  const members = (value ?? {}) as Record<string, unknown>;
  const values = fields.map((field) => (Object.hasOwn(members, field) ? members[field] : undefined));
  return sortPrefix(values, where) + bounded(orderedText(key));
}

/** Greater than every sort key with the prefix: what follows a prefix is ASCII. */
export const afterPrefix = (prefix: string): string => `${prefix}\u007f`;

/** The name under which an index is kept: one whose fields were changed is another index, and is filled anew. */
export const indexId = (index: string, fields: readonly string[]): string => `${index}-${shortDigestOf(fields, 8)}`;
