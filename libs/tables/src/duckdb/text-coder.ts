import duckdb from "@duckdb/node-bindings";

/** Gives equal texts of a column the same code, in the order in which they come first. */
export interface TextCoder {
  readonly dictionary: readonly string[];
  /** The code of each row of a vector of texts, given its bytes. */
  forVector(bytes: Uint8Array, isPresent: (row: number) => boolean): (row: number) => number;
}

// DuckDB keeps a text in 16 bytes: its length, then the text itself where it has at most 12 bytes, else four bytes of it and
// where it lies. So short texts are told apart by those bytes, without becoming strings.
const INLINE_BYTES = 12;
const WORDS = 4;

/** Codes for texts as they come in DuckDB's vectors. */
export function textCoder(): TextCoder {
  const dictionary: string[] = [];
  const short = shortTexts();
  const longCodes = new Map<string, number>();
  const add = (text: string): number => dictionary.push(text) - 1;
  const codeOfLong = (text: string): number => {
    const known = longCodes.get(text);
    if (known !== undefined) return known;
    const code = add(text);
    longCodes.set(text, code);
    return code;
  };
  const forVector = (bytes: Uint8Array, isPresent: (row: number) => boolean) => {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const long = longTexts(buffer, words, isPresent);
    return (row: number): number => {
      const length = words[row * WORDS]!;
      if (length <= INLINE_BYTES) {
        return short.codeOf(words, row * WORDS, () =>
          add(buffer.toString("utf8", row * 16 + 4, row * 16 + 4 + length)),
        );
      }
      return codeOfLong(long.textAt(row, length));
    };
  };
  return { dictionary, forVector };
}

// Long texts of a vector mostly lie one behind the other: what lies so closely together is fetched at once.
const CLOSE_BYTES = 8;

function longTexts(buffer: Buffer, words: Uint32Array, isPresent: (row: number) => boolean) {
  let memory: Buffer = Buffer.alloc(0);
  let [start, end] = [0, 0];
  const placeOf = (row: number) => words[row * WORDS + 3]! * 2 ** 32 + words[row * WORDS + 2]!;

  function fetchFrom(first: number, length: number): void {
    start = placeOf(first);
    end = start + length;
    for (let row = first + 1; row * WORDS < words.length; row++) {
      if (words[row * WORDS]! <= INLINE_BYTES || !isPresent(row)) continue;
      const place = placeOf(row);
      if (place < end || place >= end + CLOSE_BYTES) break;
      end = place + words[row * WORDS]!;
    }
    const fetched = duckdb.get_data_from_pointer(
      buffer.buffer as ArrayBuffer,
      buffer.byteOffset + first * 16 + 8,
      end - start,
    );
    memory = Buffer.from(fetched.buffer, fetched.byteOffset, fetched.byteLength);
  }
  function textAt(row: number, length: number): string {
    const place = placeOf(row);
    if (place < start || place + length > end) fetchFrom(row, length);
    return memory.toString("utf8", place - start, place - start + length);
  }
  return { textAt };
}

/** A hash table from the 16 bytes of a short text to its code. */
function shortTexts() {
  let size = 1024;
  let used = 0;
  let keys = new Uint32Array(size * WORDS);
  let codes = new Int32Array(size).fill(-1);

  function slotOf(words: Uint32Array, at: number): number {
    const mask = size - 1;
    let slot = mixed(words, at) & mask;
    while (codes[slot]! >= 0 && !same(keys, slot * WORDS, words, at)) slot = (slot + 1) & mask;
    return slot;
  }
  function put(words: Uint32Array, at: number, code: number): void {
    const slot = slotOf(words, at);
    for (let word = 0; word < WORDS; word++) keys[slot * WORDS + word] = words[at + word]!;
    codes[slot] = code;
  }
  function grow(): void {
    const [oldKeys, oldCodes] = [keys, codes];
    size *= 2;
    keys = new Uint32Array(size * WORDS);
    codes = new Int32Array(size).fill(-1);
    for (let slot = 0; slot < oldCodes.length; slot++) {
      if (oldCodes[slot]! >= 0) put(oldKeys, slot * WORDS, oldCodes[slot]!);
    }
  }
  function codeOf(words: Uint32Array, at: number, add: () => number): number {
    const code = codes[slotOf(words, at)]!;
    if (code >= 0) return code;
    if (++used * 2 > size) grow();
    const added = add();
    put(words, at, added);
    return added;
  }
  return { codeOf };
}

function mixed(words: Uint32Array, at: number): number {
  let hash = Math.imul(words[at]! ^ 0x9e3779b9, 0x85ebca6b) ^ words[at + 1]!;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ words[at + 2]!;
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f) ^ words[at + 3]!;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

const same = (a: Uint32Array, i: number, b: Uint32Array, j: number): boolean =>
  a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3];
