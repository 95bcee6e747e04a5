import { sortedHashes } from "./sorted-hashes.js";

export interface Duplicates {
  readonly rows: number;
  readonly leaked: number;
}

/**
 * Rows with an exact twin before them, and how many test rows would have a twin among the training rows if each row were dealt
 * for itself: of m equal rows each is a test row with probability p, and one of the others is not with 1 − p^(m−1).
 */
export function duplicatesOf(hashes: Float64Array, share: number): Duplicates {
  const sorted = sortedHashes(hashes);
  let [rows, leaked] = [0, 0];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    const equal = end - start;
    rows += equal - 1;
    if (equal > 1) leaked += equal * share * (1 - share ** (equal - 1));
  }
  return { rows, leaked };
}
