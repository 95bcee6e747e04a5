import { varint } from "./thrift.js";

/** Which rows have a value, as Parquet's definition levels: a run of ones where all have one, else a bit a row. */
export function definitionLevels(present: Uint8Array, rows: number, missing: number): Buffer {
  const levels =
    missing === 0
      ? Buffer.concat([varint(rows * 2), Buffer.of(1)])
      : Buffer.concat([varint(Math.ceil(rows / 8) * 2 + 1), present]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(levels.length);
  return Buffer.concat([length, levels]);
}

/** Codes into a dictionary: how many bits each takes, and then all of them as one run of packed bits. */
export function packedCodes(codes: Int32Array, size: number): Buffer {
  const width = Math.max(1, 32 - Math.clz32(size - 1));
  const packed = new Uint8Array(Math.ceil(codes.length / 8) * width);
  let [held, bits, at] = [0, 0, 0];
  for (let index = 0; index < codes.length; index++) {
    held |= codes[index]! << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      packed[at++] = held;
      held >>>= 8;
    }
  }
  if (bits > 0) packed[at] = held;
  return Buffer.concat([Buffer.of(width), varint(Math.ceil(codes.length / 8) * 2 + 1), packed]);
}

export interface CodedNumbers {
  readonly codes: Int32Array;
  readonly dictionary: Float64Array;
}

// With more different values than that codes save little.
const MOST_DIFFERENT = 1 << 13;
const SAMPLE = 1_024;
const REPEATED = 0.85;

/** Codes for numbers that repeat themselves; undefined where they hardly do. */
export function codedNumbers(values: Float64Array): CodedNumbers | undefined {
  const sample = values.subarray(0, SAMPLE);
  if (sample.length === 0 || coded(sample, REPEATED * SAMPLE) === undefined) return undefined;
  return coded(values, MOST_DIFFERENT);
}

/** Equal numbers, by their bits, have the same code; undefined where there are more than `most` different ones. */
function coded(values: Float64Array, most: number): CodedNumbers | undefined {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const mask = 2 ** Math.ceil(Math.log2(4 * most)) - 1;
  const slots = new Int32Array(mask + 1).fill(-1);
  const places = new Int32Array(most + 1);
  const codes = new Int32Array(values.length);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const low = words[2 * row]!;
    const high = words[2 * row + 1]!;
    const mixed = Math.imul(Math.imul(low, 0x85ebca6b) ^ high, 0xc2b2ae35);
    let slot = (mixed ^ (mixed >>> 16)) & mask;
    let code = slots[slot]!;
    while (code >= 0 && (words[2 * places[code]!] !== low || words[2 * places[code]! + 1] !== high)) {
      slot = (slot + 1) & mask;
      code = slots[slot]!;
    }
    if (code < 0) {
      if (size >= most) return undefined;
      code = slots[slot] = size;
      places[size++] = row;
    }
    codes[row] = code;
  }
  return { codes, dictionary: Float64Array.from(places.subarray(0, size), (row) => values[row]!) };
}

/** Texts with their lengths before them. */
export function plainTexts(texts: readonly Uint8Array[]): Buffer {
  const out = Buffer.allocUnsafe(texts.reduce((bytes, text) => bytes + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    at = out.writeUInt32LE(text.length, at);
    out.set(text, at);
    at += text.length;
  }
  return out;
}
