/**
 * How many different values there are, from those with the smallest hashes and how often each of these comes. Exact up to
 * 512 and where no value comes twice; in between within some 5 per cent, and the nearer the more evenly the values come.
 */
export interface DifferentValues {
  /** Below this hash each one is kept. */
  bound(): number;
  add(hash: number, count: number): void;
  sketch(): DifferentSketch;
}

export interface DifferentSketch {
  /** Every hash below it is kept. */
  readonly bound: number;
  /** Ascending; of each only by how much it is larger than the one before, because that is shorter. */
  readonly steps: readonly number[];
  readonly counts: readonly number[];
}

const most = 512;
const slots = 4096;
const everything = 2 ** 32;

export function openDifferentValues(): DifferentValues {
  const keys = new Uint32Array(slots);
  const counts = new Float64Array(slots);
  let held = 0;
  let limit = everything;

  function add(hash: number, count: number): void {
    const key = hash === 0 ? 1 : hash;
    if (key >= limit) return;
    const slot = slotOf(key);
    counts[slot]! += count;
    if (keys[slot] === key) return;
    keys[slot] = key;
    if (++held > slots / 2) keepSmallest();
  }

  function slotOf(key: number): number {
    let slot = key & (slots - 1);
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & (slots - 1);
    return slot;
  }

  function keepSmallest(): void {
    const smaller = sketch();
    [limit, held] = [smaller.bound, 0];
    keys.fill(0);
    counts.fill(0);
    for (const [hash, count] of hashed(smaller)) add(hash, count);
  }

  function sketch(): DifferentSketch {
    const sorted = keys.filter((key) => key !== 0).sort();
    return sketchOf(sorted, limit, (key) => counts[slotOf(key)]!);
  }
  return { bound: () => limit, add, sketch };
}

type Hashed = readonly [hash: number, count: number];

/** The smallest of hashes in ascending order, of which every one below `limit` is there. */
function sketchOf(sorted: Uint32Array, limit: number, countOf: (hash: number) => number): DifferentSketch {
  const bound = sorted.length > most ? sorted[most]! : limit;
  const kept = [...sorted.subarray(0, most)];
  const steps = kept.map((hash, at) => hash - (kept[at - 1] ?? 0));
  return { bound, steps, counts: kept.map(countOf) };
}

function hashed({ steps, counts }: DifferentSketch): Hashed[] {
  let hash = 0;
  return steps.map((step, at) => [(hash += step), counts[at]!]);
}

export function mergeDifferent(one: DifferentSketch, other: DifferentSketch): DifferentSketch {
  const bound = Math.min(one.bound, other.bound);
  const counts = new Map<number, number>();
  for (const [hash, count] of [...hashed(one), ...hashed(other)]) {
    if (hash < bound) counts.set(hash, (counts.get(hash) ?? 0) + count);
  }
  return sketchOf(Uint32Array.from(counts.keys()).sort(), bound, (hash) => counts.get(hash)!);
}

/** Of so many values, how many are different. */
export function countDifferent({ bound, counts }: DifferentSketch, values: number): number {
  if (bound === everything) return counts.length;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  // Where the counts are alike, their mean tells more than how dense the hashes are.
  const found = variance < mean ** 2 ? values / mean : (counts.length / bound) * everything;
  return Math.max(counts.length, Math.min(values, Math.round(found)));
}
