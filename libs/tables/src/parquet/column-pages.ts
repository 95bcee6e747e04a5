import { hashBytes, growingDictionary } from "../plain/text-dictionary.js";
import type { CodedTexts } from "../plain/row-store.js";
import { codedNumbers, definitionLevels, packedCodes, plainTexts } from "./encode-values.js";

/** A data page: its rows, and what is in it. */
export interface DataPage {
  readonly rows: number;
  readonly content: readonly Uint8Array[];
}

/** A column of a row group as it is written. The pages are made one after the other, as they are asked for. */
export interface ColumnPages {
  readonly dictionary?: { readonly size: number; readonly content: Uint8Array };
  readonly pages: Iterable<DataPage>;
  readonly missing: number;
  readonly least?: Uint8Array;
  readonly largest?: Uint8Array;
}

/** The values are moved together where some are missing. */
export function numberPages(values: Float64Array): ColumnPages {
  const { present, dense, least, largest } = presentNumbers(values);
  const missing = values.length - dense.length;
  const levels = definitionLevels(present, values.length, missing);
  const coded = codedNumbers(dense);
  const content = coded ? packedCodes(coded.codes, coded.dictionary.length) : bytesOf(dense);
  return {
    ...(coded && { dictionary: { size: coded.dictionary.length, content: bytesOf(coded.dictionary) } }),
    pages: [{ rows: values.length, content: [levels, content] }],
    missing,
    // Parquet wants a zero as the least value with a minus sign, for a reader that thinks of −0.
    ...(dense.length > 0 && {
      least: bytesOf(Float64Array.of(least || -0)),
      largest: bytesOf(Float64Array.of(largest)),
    }),
  };
}

const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function presentNumbers(values: Float64Array) {
  const present = new Uint8Array(Math.ceil(values.length / 8));
  let count = 0;
  let least = Infinity;
  let largest = -Infinity;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value !== value) continue;
    present[row >> 3]! |= 1 << (row & 7);
    values[count++] = value;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return { present, dense: values.subarray(0, count), least, largest };
}

// Beyond that the texts themselves are written, some at a time, in place of codes.
const DICTIONARY_BYTES = 1 << 20;
const PAGE_BYTES = 1 << 20;
// A longer text is no use as the least or the largest one.
const BORDER_BYTES = 64;

/** The texts come in parts, each with a dictionary of its own. */
export function textPages(parts: () => Iterable<CodedTexts>): ColumnPages {
  const coded = codedTexts(parts());
  if (coded === undefined || coded.texts.length === 0)
    return { pages: longTextPages(parts()), missing: countMissing(parts()) };
  const { codes, texts } = coded;
  const { present, dense } = presentCodes(codes);
  const levels = definitionLevels(present, codes.length, codes.length - dense.length);
  const pages = [{ rows: codes.length, content: [levels, packedCodes(dense, texts.length)] }];
  const dictionary = { size: texts.length, content: plainTexts(texts) };
  return { dictionary, pages, missing: codes.length - dense.length, ...bordersOf(texts) };
}

/** One dictionary for all parts, of the texts in the order in which they come. */
function codedTexts(parts: Iterable<CodedTexts>) {
  const all = growingDictionary();
  const codes: Int32Array[] = [];
  let [rows, bytes] = [0, 0];
  for (const part of parts) {
    const known = new Int32Array(part.dictionary.size).fill(-1);
    const own = new Int32Array(part.codes.length);
    for (let row = 0; row < own.length; row++) {
      const code = part.codes[row]!;
      if (code >= 0 && known[code]! < 0) {
        const text = part.dictionary.bytesOf(code);
        const before = all.size;
        known[code] = all.codeOf(text, 0, text.length, hashBytes(text, 0, text.length));
        if (all.size > before) bytes += text.length + 4;
        if (bytes > DICTIONARY_BYTES) return undefined;
      }
      own[row] = code < 0 ? -1 : known[code]!;
    }
    codes.push(own);
    rows += own.length;
  }
  return { codes: joined(codes, rows), texts: Array.from({ length: all.size }, (_, code) => all.bytesOf(code)) };
}

function joined(parts: readonly Int32Array[], length: number): Int32Array {
  const whole = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function presentCodes(codes: Int32Array) {
  const present = new Uint8Array(Math.ceil(codes.length / 8));
  const dense = new Int32Array(codes.length);
  let count = 0;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! < 0) continue;
    present[row >> 3]! |= 1 << (row & 7);
    dense[count++] = codes[row]!;
  }
  return { present, dense: dense.subarray(0, count) };
}

function bordersOf(texts: readonly Uint8Array[]) {
  if (texts.length === 0 || texts.some(({ length }) => length > BORDER_BYTES)) return {};
  const [first, ...rest] = texts;
  let [least, largest] = [first!, first!];
  for (const text of rest) {
    if (Buffer.compare(text, least) < 0) least = text;
    if (Buffer.compare(text, largest) > 0) largest = text;
  }
  return { least, largest };
}

function countMissing(parts: Iterable<CodedTexts>): number {
  let missing = 0;
  for (const { codes } of parts) for (let row = 0; row < codes.length; row++) if (codes[row]! < 0) missing++;
  return missing;
}

/** Where a page ends depends on nothing but the texts. */
function* longTextPages(parts: Iterable<CodedTexts>): Generator<DataPage> {
  let [texts, present, rows, bytes]: [Uint8Array[], number[], number, number] = [[], [], 0, 0];
  const page = (): DataPage => {
    const levels = definitionLevels(Uint8Array.from(present), rows, rows - texts.length);
    const made = { rows, content: [levels, plainTexts(texts)] };
    [texts, present, rows, bytes] = [[], [], 0, 0];
    return made;
  };
  for (const { codes, dictionary } of parts) {
    for (const code of codes) {
      if ((rows & 7) === 0) present.push(0);
      if (code >= 0) {
        const text = dictionary.bytesOf(code);
        texts.push(text);
        bytes += text.length + 4;
        present[rows >> 3]! |= 1 << (rows & 7);
      }
      rows++;
      if (bytes >= PAGE_BYTES) yield page();
    }
  }
  if (rows > 0) yield page();
}
