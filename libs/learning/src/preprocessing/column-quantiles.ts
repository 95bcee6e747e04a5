// The upper half of a float32's bits, as a number that rises with the value: 65,536 bins of 1/128 of their value.
const BINS = 65_536;

/** The quantiles of rising shares, with linear interpolation between two values, as numpy.percentile has them. */
export function quantilesOf(values: Float32Array, shares: readonly number[]): number[] {
  const positions = shares.map((share) => share * (values.length - 1));
  const ranks = positions.flatMap((position) => [Math.floor(position), Math.ceil(position)]);
  const atRank = valuesAt(values, ranks);
  return positions.map((position, index) => {
    const [low, high] = [atRank[2 * index]!, atRank[2 * index + 1]!];
    return low + (position - Math.floor(position)) * (high - low);
  });
}

/** What would stand at each rank if the values were sorted: counts them by bin, and sorts the bins that are asked for alone. */
function valuesAt(values: Float32Array, ranks: readonly number[]): number[] {
  const { bins, ends } = countByBin(values);
  const binOf = ranks.map((rank) => firstAbove(ends, rank));
  const startOf = (bin: number) => (bin === 0 ? 0 : ends[bin - 1]!);
  const sorted = new Map([...new Set(binOf)].map((bin) => [bin, new Float32Array(ends[bin]! - startOf(bin))]));
  fillBins(values, bins, sorted);
  for (const members of sorted.values()) members.sort();
  return ranks.map((rank, index) => sorted.get(binOf[index]!)![rank - startOf(binOf[index]!)]!);
}

/** The bin of each value, and how many values lie up to the end of each bin. */
function countByBin(values: Float32Array): { bins: Uint16Array; ends: Uint32Array } {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bins = new Uint16Array(values.length);
  const ends = new Uint32Array(BINS);
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index]! >>> 16;
    const bin = word < 0x8000 ? word + 0x8000 : 0xffff - word;
    bins[index] = bin;
    ends[bin]! += 1;
  }
  for (let bin = 1; bin < BINS; bin++) ends[bin]! += ends[bin - 1]!;
  return { bins, ends };
}

function firstAbove(ends: Uint32Array, rank: number): number {
  let [low, high] = [0, BINS - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! > rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Gathers the values of the bins that are asked for, in one pass whatever their number. */
function fillBins(values: Float32Array, bins: Uint16Array, wanted: ReadonlyMap<number, Float32Array>): void {
  const slots = new Uint16Array(BINS);
  const lists = [...wanted].map(([bin, members], index) => {
    slots[bin] = index + 1;
    return { members, next: 0 };
  });
  for (let index = 0; index < bins.length; index++) {
    const slot = slots[bins[index]!]!;
    if (slot === 0) continue;
    const list = lists[slot - 1]!;
    list.members[list.next++] = values[index]!;
  }
}
