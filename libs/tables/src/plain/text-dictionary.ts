/** The different texts of a column, as UTF-8 bytes. */
export interface TextDictionary {
  readonly size: number;
  bytesOf(code: number): Uint8Array;
}

export interface GrowingDictionary extends TextDictionary {
  /** The code of the bytes in this range, whose hash is `hash`. */
  codeOf(bytes: Uint8Array, from: number, to: number, hash: number): number;
  /** The texts one behind the other, and where each ends. */
  packed(): PackedTexts;
}

export interface PackedTexts {
  readonly texts: Uint8Array;
  readonly ends: Int32Array;
}

/** A hash of bytes; the parser of rows has it inline. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

const spread = (hash: number): number => hash ^ (hash >>> 15);

/** Gives equal texts the same code, in the order in which they come first. */
export function growingDictionary(): GrowingDictionary {
  let slots = new Int32Array(64).fill(-1);
  let hashes = new Int32Array(32);
  let ends = new Int32Array(32);
  let texts: Uint8Array = new Uint8Array(512);
  let size = 0;

  const startOf = (code: number): number => (code === 0 ? 0 : ends[code - 1]!);

  function isSame(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    let own = startOf(code);
    if (ends[code]! - own !== to - from) return false;
    for (let at = from; at < to; at++) if (texts[own++] !== bytes[at]) return false;
    return true;
  }
  function codeOf(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = slots.length - 1;
    let slot = spread(hash) & mask;
    for (let code = slots[slot]!; code >= 0; code = slots[slot]!) {
      if (hashes[code] === hash && isSame(code, bytes, from, to)) return code;
      slot = (slot + 1) & mask;
    }
    return add(slot, bytes.subarray(from, to), hash);
  }
  function add(slot: number, text: Uint8Array, hash: number): number {
    const start = startOf(size);
    if (start + text.length > texts.length) texts = grown(texts, start + text.length);
    texts.set(text, start);
    hashes[size] = hash;
    ends[size] = start + text.length;
    slots[slot] = size++;
    if (size === ends.length) growCodes();
    return size - 1;
  }
  function growCodes(): void {
    [hashes, ends] = [grown(hashes, 2 * size), grown(ends, 2 * size)];
    slots = new Int32Array(4 * size).fill(-1);
    const mask = slots.length - 1;
    for (let code = 0; code < size; code++) {
      let slot = spread(hashes[code]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
  }
  return {
    get size() {
      return size;
    },
    codeOf,
    bytesOf: (code) => texts.subarray(startOf(code), ends[code]),
    packed: () => ({ texts: texts.slice(0, startOf(size)), ends: ends.slice(0, size) }),
  };
}

function grown<Values extends Uint8Array | Int32Array>(values: Values, length: number): Values {
  const larger = new (values.constructor as new (length: number) => Values)(Math.max(length, 2 * values.length));
  larger.set(values);
  return larger;
}

export const dictionaryOf = ({ texts, ends }: PackedTexts): TextDictionary => ({
  size: ends.length,
  bytesOf: (code) => texts.subarray(code === 0 ? 0 : ends[code - 1]!, ends[code]),
});
