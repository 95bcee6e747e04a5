const SMALL = 24;

/** Hashes in rising order. They are spread evenly from 0 to 1, so that each one's value nearly tells its place. */
export function sortedHashes(hashes: Float64Array): Float64Array {
  const ends = bucketEnds(hashes);
  const starts = ends.slice();
  const sorted = new Float64Array(hashes.length);
  for (let row = hashes.length - 1; row >= 0; row--)
    sorted[--starts[bucketOf(hashes[row]!, hashes.length)]!] = hashes[row]!;
  let start = 0;
  for (let bucket = 0; bucket < ends.length; bucket++) {
    const end = ends[bucket]!;
    if (end - start > SMALL) sorted.subarray(start, end).sort();
    else if (end - start > 1) insert(sorted, start, end);
    start = end;
  }
  return sorted;
}

const bucketOf = (hash: number, buckets: number): number => Math.min(buckets - 1, (hash * buckets) | 0);

function bucketEnds(hashes: Float64Array): Int32Array {
  const ends = new Int32Array(hashes.length);
  for (let row = 0; row < hashes.length; row++) ends[bucketOf(hashes[row]!, hashes.length)]!++;
  for (let bucket = 1; bucket < ends.length; bucket++) ends[bucket]! += ends[bucket - 1]!;
  return ends;
}

function insert(values: Float64Array, start: number, end: number): void {
  for (let next = start + 1; next < end; next++) {
    const value = values[next]!;
    let at = next;
    for (; at > start && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}
