/** A source of randomness that gives the same numbers for the same seed on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In 0, 1, … n − 1. */
  integer(n: number): number;
  /** Shuffles in place. */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items;
  /** An independent source that depends on the seed and the label alone, not on what has been drawn. */
  fork(label: string): Random;
}

export const seededRandom = (seed: number): Random => randomOf(String(seed));

function randomOf(origin: string): Random {
  const next = sfc32(seedWords(origin));
  const integer = (n: number) => Math.floor(next() * n);
  return {
    next,
    integer,
    shuffle: (items) => shuffle(items, integer),
    fork: (label) => randomOf(`${origin}/${label}`),
  };
}

/** Chris Doty-Humphrey's small fast counting generator; 2¹²⁸ states, passes PractRand. */
function sfc32([a = 0, b = 0, c = 0, counter = 0]: number[]): () => number {
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 16; warmUp++) next();
  return next;
}

/** Four words of FNV-1a over the text, each from its own start. */
const seedWords = (text: string): number[] =>
  [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162].map((start) => fnv1a(text, start));

function fnv1a(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

function shuffle<Items extends { length: number; [index: number]: unknown }>(
  items: Items,
  integer: (n: number) => number,
): Items {
  for (let index = items.length - 1; index > 0; index--) {
    const other = integer(index + 1);
    [items[index], items[other]] = [items[other], items[index]];
  }
  return items;
}
