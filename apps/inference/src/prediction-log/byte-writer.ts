/** A place in a buffer to write at. Plain fields and functions: this is on the path of every prediction. */
export interface ByteWriter {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
  /** No byte is written from here on: `full` is thrown instead. */
  limit: number;
}

export const full = new RangeError("what is written does not fit");

export const cellTags = { missing: 0, number: 1, shortText: 2, longText: 3, yes: 4, no: 5, json: 6 } as const;

export function byteWriter(bytes: Buffer): ByteWriter {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0, limit: bytes.length };
}

function room(to: ByteWriter, size: number): number {
  const { at } = to;
  if (at + size > to.limit) throw full;
  to.at = at + size;
  return at;
}

export function putByte(to: ByteWriter, value: number): void {
  to.bytes[room(to, 1)] = value;
}

export function putShort(to: ByteWriter, value: number): void {
  to.view.setUint16(room(to, 2), value, true);
}

export function putInt(to: ByteWriter, value: number): void {
  to.view.setInt32(room(to, 4), value, true);
}

export function putDouble(to: ByteWriter, value: number): void {
  to.view.setFloat64(room(to, 8), value, true);
}

/** Undefined stays undefined. A lone half of a surrogate pair has no UTF-8 and becomes U+FFFD. */
export function putText(to: ByteWriter, text: string | undefined): void {
  if (text === undefined) return putByte(to, cellTags.missing);
  if (text.length > 255 || !putShortText(to, text)) putLongText(to, cellTags.longText, text);
}

/** Most texts are short and ASCII: a loop is faster than a call into the runtime. */
function putShortText(to: ByteWriter, text: string): boolean {
  const { length } = text;
  const start = room(to, length + 2);
  const { bytes } = to;
  bytes[start] = cellTags.shortText;
  bytes[start + 1] = length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) {
      to.at = start;
      return false;
    }
    bytes[start + 2 + i] = code;
  }
  return true;
}

function putLongText(to: ByteWriter, tag: number, text: string): void {
  const size = Buffer.byteLength(text);
  const start = room(to, size + 5);
  to.bytes[start] = tag;
  to.view.setUint32(start + 1, size, true);
  to.bytes.write(text, start + 5, size, "utf8");
}

const loneSurrogate = /\p{Surrogate}/u;

/** Any value that JSON can hold, so that it is read again as it was. */
export function putCell(to: ByteWriter, value: unknown): void {
  switch (typeof value) {
    case "number":
      return putNumber(to, value);
    case "string":
      return putTextCell(to, value);
    case "boolean":
      return putByte(to, value ? cellTags.yes : cellTags.no);
    default:
      return value === null || value === undefined ? putByte(to, cellTags.missing) : putJson(to, value);
  }
}

export function putNumber(to: ByteWriter, value: number): void {
  const at = room(to, 9);
  to.bytes[at] = cellTags.number;
  to.view.setFloat64(at + 1, value, true);
}

function putTextCell(to: ByteWriter, text: string): void {
  if (text.length <= 255 && putShortText(to, text)) return;
  if (loneSurrogate.test(text)) putJson(to, text);
  else putLongText(to, cellTags.longText, text);
}

const putJson = (to: ByteWriter, value: unknown): void =>
  putLongText(to, cellTags.json, JSON.stringify(value) ?? "null");
