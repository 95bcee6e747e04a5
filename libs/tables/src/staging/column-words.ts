import type { Block } from "../plain/row-store.js";
import type { TextDictionary } from "../plain/text-dictionary.js";
import type { NumberSummary } from "./number-summary.js";
import { finishLanes, mixWords, newLanes } from "./hash-rows.js";

/** A column as two words of 32 bits a row: of a number its bits, of a text a hash, of missing values always the same. */
export interface ColumnWords {
  /** The words of a column of these rows, which are good until the next call. */
  of(block: Block, index: number): Int32Array;
}

const [MISSING_LOW, MISSING_HIGH] = [-1, 0x7ff80000];

/** What is read goes to the summary too, so that one pass is enough. */
export function numberWords(summary: NumberSummary): ColumnWords {
  const of = (block: Block, index: number) => {
    const values = block.numbers(index);
    summary.add(values, block.rows);
    return new Int32Array(values.buffer, values.byteOffset, 2 * block.rows);
  };
  return { of };
}

export function textWords(): ColumnWords {
  let words = new Int32Array(0);
  let known = wordsOfTexts();
  const of = (block: Block, index: number) => {
    const { codes, dictionary } = block.texts(index);
    if (known.dictionary !== dictionary) known = wordsOfTexts(dictionary);
    known.learn();
    if (words.length < 2 * block.rows) words = new Int32Array(2 * block.rows);
    for (let row = 0; row < block.rows; row++) {
      const code = codes[row]!;
      words[2 * row] = code < 0 ? MISSING_LOW : known.words[2 * code]!;
      words[2 * row + 1] = code < 0 ? MISSING_HIGH : known.words[2 * code + 1]!;
    }
    return words;
  };
  return { of };
}

/** The two words of each text of a dictionary, which may grow. */
function wordsOfTexts(dictionary?: TextDictionary) {
  const words: number[] = [];
  function learn(): void {
    if (!dictionary) return;
    for (let code = words.length / 2; code < dictionary.size; code++)
      words.push(...hashedText(dictionary.bytesOf(code)));
  }
  return { dictionary, words, learn };
}

/** A text's hash as two words, of its UTF-8 bytes and their number. */
export function hashedText(bytes: Uint8Array): readonly [number, number] {
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

function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let byte = 0; byte < 4; byte++) word |= (bytes[at + byte] ?? 0) << (8 * byte);
  return word;
}
