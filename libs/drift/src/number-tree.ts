import type { Cell } from "./cells.js";

/**
 * Counts numbers by the leading bits of their representation: sign, exponent and eight bits of the fraction, and six more,
 * up to six times, where many numbers begin alike. So cells are narrow where the numbers are, at any magnitude, and the
 * order of the numbers decides nothing but which few were counted before a cell was divided.
 */
export interface NumberTree {
  /** Finite numbers other than zero are counted; the others are passed over. */
  add(values: Float64Array): void;
  /** In ascending order. */
  cells(): Cell[];
}

const depth = 6;
const pageSlots = 64;
const firstSlots = 256;
/** 12 MB; what would be divided beyond that stays as it is. */
const mostSlots = 2 ** 20;
/** A cell is divided when it has more than this share of all numbers, and more than so many. */
const dividedFrom = 1 / 512;
const fewest = 16;

export function openNumberTree(): NumberTree {
  const pages = new Int32Array(4096);
  let counts = new Float64Array(4096);
  let children = new Int32Array(4096);
  let used = 1;
  let rows = 0;

  function newPage(slots: number): number {
    const page = used;
    used += slots;
    if (used > counts.length) [counts, children] = [grown(counts, Float64Array), grown(children, Int32Array)];
    return page;
  }

  function add(values: Float64Array): void {
    rows += values.length;
    const most = Math.max(fewest, rows * dividedFrom);
    const words = wordsOf(values);
    for (let at = 1; at < words.length; at += 2) {
      const high = words[at]!;
      const low = words[at - 1]!;
      if ((high & 0x7ff00000) === 0x7ff00000 || ((high & 0x7fffffff) | low) === 0) continue;
      let page = pages[high >>> 20]!;
      if (page === 0) page = pages[high >>> 20] = newPage(firstSlots);
      let slot = page + ((high >>> 12) & 255);
      let level = 0;
      for (let child = children[slot]!; child !== 0; child = children[slot]!) {
        level++;
        slot = child + ((level < 3 ? high >>> (12 - 6 * level) : low >>> (44 - 6 * level)) & 63);
      }
      if (++counts[slot]! > most && level < depth && used < mostSlots) {
        // The next line may replace `children`, so that it can't be one with the line after it.
        const child = newPage(pageSlots);
        children[slot] = child;
      }
    }
  }

  /** The numbers that were counted before a cell was divided are taken to lie as the later ones in it do. */
  function leaves(slot: number, leading: Leading, into: Cell[]): void {
    const child = children[slot]!;
    const begin = into.length;
    if (child !== 0) for (let at = 0; at < pageSlots; at++) leaves(child + at, followedBy(leading, at), into);
    const count = counts[slot]!;
    if (count === 0) return;
    if (into.length === begin) return void into.push([...placeOf(leading), count]);
    let later = 0;
    for (let at = begin; at < into.length; at++) later += into[at]![2];
    for (let at = begin; at < into.length; at++) {
      const [low, high, some] = into[at]!;
      into[at] = [low, high, some * (1 + count / later)];
    }
  }

  function cells(): Cell[] {
    const into: Cell[] = [];
    pages.forEach((page, exponent) => {
      if (page === 0) return;
      for (let at = 0; at < firstSlots; at++) {
        leaves(page + at, { high: (exponent << 20) | (at << 12), low: 0, level: 0 }, into);
      }
    });
    return into.sort((one, other) => one[0] - other[0]);
  }
  return { add, cells };
}

const grown = <Values extends Float64Array | Int32Array>(
  values: Values,
  kind: { new (length: number): Values },
): Values => {
  const larger = new kind(2 * values.length);
  larger.set(values);
  return larger;
};

/** Each number as its lower and its upper 32 bits. */
export const wordsOf = (values: Float64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, 2 * values.length);

interface Leading {
  readonly high: number;
  readonly low: number;
  readonly level: number;
}

function followedBy({ high, low, level }: Leading, bits: number): Leading {
  const next = level + 1;
  return next < 3
    ? { high: high | (bits << (12 - 6 * next)), low, level: next }
    : { high, low: low | (bits << (44 - 6 * next)), level: next };
}

/** Numbers that agree in 44 bits of the fraction are taken for one, that with the fewest digits. */
function placeOf(leading: Leading): [number, number] {
  const [low, high] = boundsOf(leading);
  if (leading.level < depth) return [low, high];
  const middle = low / 2 + high / 2;
  for (let digits = 1; digits < 17; digits++) {
    const value = Number(middle.toPrecision(digits));
    if (value >= low && value < high) return [value, value];
  }
  return [low, low];
}

/** The least number that begins so, and the least one that follows all of them. */
function boundsOf({ high, low, level }: Leading): [number, number] {
  const first = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const least = first & 0x7fffffffffffffffn;
  const next = least + (1n << BigInt(44 - 6 * level));
  return high >= 0
    ? [numberOf(least), numberOf(next)]
    : [-numberOf(next - 1n), least === 0n ? 0 : -numberOf(least - 1n)];
}

const view = new DataView(new ArrayBuffer(8));

function numberOf(bits: bigint): number {
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}
