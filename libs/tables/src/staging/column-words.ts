import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { textCoder, type TextCoder } from "../duckdb/text-coder.js";
import { readNumbers, readTexts } from "../duckdb/vectors.js";
import type { NumberSummary } from "./number-summary.js";
import { finishLanes, mixWords, newLanes } from "./hash-rows.js";

/** A column as two words of 32 bits a row: of a number its bits, of a text a hash, of missing values always the same. */
export interface ColumnWords {
  /** Reads the column of a chunk and gives its words, which are good until the next call. */
  of(chunk: DuckDBDataChunk, index: number): Int32Array;
}

const [MISSING_LOW, MISSING_HIGH] = [-1, 0x7ff80000];

// A column of texts that are all different must not fill the memory: what is known of texts is forgotten now and then.
const KNOWN_TEXTS = 50_000;

/** What is read goes to the summary too, so that one pass is enough. */
export function numberWords(summary: NumberSummary): ColumnWords {
  const values = new Float64Array(duckdb.vector_size());
  const words = new Int32Array(values.buffer);
  const of = (chunk: DuckDBDataChunk, index: number) => {
    readNumbers(chunk, index, values, 0);
    summary.add(values, chunk.rowCount);
    return words;
  };
  return { of };
}

export function textWords(): ColumnWords {
  const rows = duckdb.vector_size();
  const [codes, words] = [new Int32Array(rows), new Int32Array(2 * rows)];
  let known = knownTexts();
  const of = (chunk: DuckDBDataChunk, index: number) => {
    if (known.coder.dictionary.length > KNOWN_TEXTS) known = knownTexts();
    readTexts(chunk, index, known.coder, codes, 0);
    const { rowCount } = chunk;
    for (let row = 0; row < rowCount; row++) {
      const code = codes[row]!;
      words[2 * row] = code < 0 ? MISSING_LOW : known.low(code);
      words[2 * row + 1] = code < 0 ? MISSING_HIGH : known.high(code);
    }
    return words;
  };
  return { of };
}

type Words = readonly [number, number];

function knownTexts(): { coder: TextCoder; low: (code: number) => number; high: (code: number) => number } {
  const coder = textCoder();
  const lows: number[] = [];
  const highs: number[] = [];
  const low = (code: number): number => {
    if (code >= lows.length) {
      for (let next = lows.length; next < coder.dictionary.length; next++) {
        [lows[next], highs[next]] = hashedText(coder.dictionary[next]!);
      }
    }
    return lows[code]!;
  };
  return { coder, low, high: (code) => highs[code]! };
}

/** A text's hash as two words, of its UTF-8 bytes and their number. */
export function hashedText(text: string): Words {
  const bytes = Buffer.from(text, "utf8");
  const words = new Int32Array(2);
  const lanes = newLanes(1, bytes.length);
  for (let at = 0; at < bytes.length; at += 8) {
    words[0] = wordAt(bytes, at);
    words[1] = wordAt(bytes, at + 4);
    mixWords(lanes, words, 1);
  }
  const hash = new Float64Array(1);
  finishLanes(lanes, hash, 0, 1);
  const [low, high] = new Int32Array(hash.buffer);
  return [low!, high!];
}

function wordAt(bytes: Buffer, at: number): number {
  let word = 0;
  for (let byte = 0; byte < 4; byte++) word |= (bytes[at + byte] ?? 0) << (8 * byte);
  return word;
}
