import { cellTags } from "./byte-writer.js";

export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

export const takeByte = (from: ByteReader): number => from.bytes.readUInt8(from.at++);

export function takeShort(from: ByteReader): number {
  from.at += 2;
  return from.bytes.readUInt16LE(from.at - 2);
}

export function takeInt(from: ByteReader): number {
  from.at += 4;
  return from.bytes.readInt32LE(from.at - 4);
}

export function takeDouble(from: ByteReader): number {
  from.at += 8;
  return from.bytes.readDoubleLE(from.at - 8);
}

/** What putText wrote. */
export function takeText(from: ByteReader): string | undefined {
  const tag = takeByte(from);
  if (tag === cellTags.missing) return undefined;
  if (tag === cellTags.shortText) return takeUtf8(from, takeByte(from));
  if (tag === cellTags.longText) return takeUtf8(from, takeInt(from));
  throw new RangeError(`there is no text of kind ${tag}`);
}

/** What putCell wrote; a missing cell is null. */
export function takeCell(from: ByteReader): unknown {
  const tag = from.bytes[from.at]!;
  if (tag === cellTags.shortText || tag === cellTags.longText) return takeText(from);
  from.at++;
  if (tag === cellTags.number) return takeDouble(from);
  if (tag === cellTags.json) return JSON.parse(takeUtf8(from, takeInt(from)));
  const constant = constants.get(tag);
  if (constant !== undefined) return constant;
  throw new RangeError(`there is no cell of kind ${tag}`);
}

const constants = new Map<number, boolean | null>([
  [cellTags.missing, null],
  [cellTags.yes, true],
  [cellTags.no, false],
]);

function takeUtf8(from: ByteReader, size: number): string {
  const start = from.at;
  if (start + size > from.bytes.length) throw new RangeError("a text is longer than what is left");
  from.at += size;
  return from.bytes.toString("utf8", start, from.at);
}
