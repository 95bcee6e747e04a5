/**
 * A row's hash: a number from 0 to 1 that depends on nothing but the names and values of its columns, neither on their order
 * nor on DuckDB, so that a row has the same hash in every later dataset. Two lanes of MurmurHash3 of 32 bits make its 53 bits.
 */
export interface Lanes {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

export const newLanes = (rows: number, seed: number): Lanes => ({
  first: new Int32Array(rows).fill(seed),
  second: new Int32Array(rows).fill(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995),
});

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const firstMixed = (hash: number, word: number): number =>
  (Math.imul(rotated(hash ^ Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64) | 0;

const secondMixed = (hash: number, word: number): number =>
  (Math.imul(rotated(hash ^ Math.imul(rotated(Math.imul(word, 0x239b961b), 16), 0x38b34ae5), 17), 5) + 0x561ccd1b) | 0;

/** Mixes one pair of words a row into the lanes. */
export function mixWords({ first, second }: Lanes, words: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const low = words[2 * row]!;
    const high = words[2 * row + 1]!;
    first[row] = firstMixed(firstMixed(first[row]!, low), high);
    second[row] = secondMixed(secondMixed(second[row]!, high), low);
  }
}

const finished = (word: number): number => {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};

/** Writes the hash of each row into `into`, from `offset` on. */
export function finishLanes({ first, second }: Lanes, into: Float64Array, offset: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const high = finished(first[row]! ^ rotated(second[row]!, 7)) >>> 5;
    const low = finished(second[row]!) >>> 6;
    into[offset + row] = (high * 2 ** 26 + low) / 2 ** 53;
  }
}
