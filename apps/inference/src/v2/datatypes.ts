// The element types of the Open Inference Protocol (github.com/kserve/open-inference-protocol) and how they lie in binary data.
import { badRequest } from "./v2-problem.js";

export type Element = number | string | boolean | null;

interface Datatype {
  readonly bytes: number;
  read(view: DataView, at: number): number | boolean;
}

const datatypes: Readonly<Record<string, Datatype>> = {
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  FP16: { bytes: 2, read: (view, at) => halfOf(view.getUint16(at, true)) },
  FP32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  FP64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

export const isDatatype = (name: string): boolean => name === "BYTES" || Object.hasOwn(datatypes, name);

/** A number of 16 bits: 1 of sign, 5 of exponent, 10 of fraction. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** `count` elements, which have to fill the bytes to the last one. */
export function readBinary(name: string, datatype: string, bytes: Buffer, count: number): Element[] {
  if (datatype === "BYTES") return readTexts(name, bytes, count);
  const { bytes: width, read } = datatypes[datatype]!;
  if (bytes.length !== count * width)
    throw badRequest(
      `input "${name}" has ${bytes.length} bytes, and ${count} elements of ${datatype} are ${count * width}.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, index) => read(view, index * width));
}

/** Each text behind its length of 4 bytes. */
function readTexts(name: string, bytes: Buffer, count: number): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && texts.length < count) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    texts.push(bytes.toString("utf8", at + 4, end));
    at = end;
  }
  if (at === bytes.length && texts.length === count) return texts;
  throw badRequest(`input "${name}" is not ${count} texts, each behind its length of 4 bytes.`);
}

export function binaryTexts(texts: readonly string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

export function binaryNumbers(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((value, index) => bytes.writeDoubleLE(value, 8 * index));
  return bytes;
}
