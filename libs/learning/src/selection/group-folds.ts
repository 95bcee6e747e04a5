import { seededRandom, type Random } from "../data/random.js";
import { refuseFoldCount, type RowSplit, otherRows } from "./rows.js";

/** What a row belongs to. −1, NaN, null and undefined belong to nothing: such a row is a group of its own. */
export type Groups = ArrayLike<number | string | null | undefined>;

interface Grouped {
  readonly groups: Groups;
  readonly seed: number;
  /** Class codes, to spread the classes evenly as well. */
  readonly codes?: Int32Array;
}

/**
 * The test rows of each fold; a group is never in two of them. The largest groups come first, each into the fold that it
 * leaves the most even: in rows, or in rows of each class.
 */
export function groupFolds({ groups, folds, seed, codes }: Grouped & { folds: number }): Int32Array[] {
  const known = rowsOfGroups(groups);
  refuseFoldCount(known.length, folds, "groups");
  const classOf = (row: number) => codes?.[row] ?? 0;
  const classes = 1 + (codes?.reduce((most, code) => Math.max(most, code), 0) ?? 0);
  const totals = new Float64Array(classes);
  for (let row = 0; row < groups.length; row++) totals[classOf(row)]! += 1;
  const filled = Array.from({ length: folds }, () => ({ rows: [] as number[], counts: new Float64Array(classes) }));
  for (const group of largestFirst(known, seededRandom(seed).fork("groups"))) {
    const added = new Float64Array(classes);
    for (const row of group) added[classOf(row)]! += 1;
    const fold = leastOf(filled, ({ counts }) => unevenness(counts, added, totals));
    fold.rows.push(...group);
    added.forEach((count, code) => (fold.counts[code]! += count));
  }
  return filled.map(({ rows }) => Int32Array.from(rows).sort());
}

/** A split that keeps each group on one side; `test` is the share of the rows, met to the nearest group. */
export function splitByGroup({ groups, test, seed }: Omit<Grouped, "codes"> & { test: number }): RowSplit {
  const known = rowsOfGroups(groups);
  refuseFoldCount(known.length, 2, "groups");
  const wanted = test * groups.length;
  const chosen: number[] = [];
  const shuffled = seededRandom(seed).fork("split").shuffle(known);
  // The last group stays for learning.
  for (const group of shuffled.slice(0, -1)) {
    if (chosen.length === 0 || Math.abs(chosen.length + group.length - wanted) < wanted - chosen.length)
      chosen.push(...group);
  }
  const rows = Int32Array.from(chosen).sort();
  return { train: otherRows(groups.length, rows), test: rows };
}

function rowsOfGroups(groups: Groups): number[][] {
  const rows = new Map<unknown, number[]>();
  for (let row = 0; row < groups.length; row++) {
    const value = groups[row];
    const key = value === null || value === undefined || value === -1 || Number.isNaN(value) ? { row } : value;
    const known = rows.get(key);
    if (known) known.push(row);
    else rows.set(key, [row]);
  }
  return [...rows.values()];
}

/** Groups of one size come in an order of chance. */
const largestFirst = (groups: number[][], random: Random): number[][] =>
  random.shuffle(groups).sort((a, b) => b.length - a.length);

/** By how much the sum of the squares of the fold's shares grows: the least for the fold that lacks most. */
const unevenness = (counts: Float64Array, added: Float64Array, totals: Float64Array): number =>
  added.reduce((sum, more, code) => {
    return totals[code]! > 0 ? sum + (more * (2 * counts[code]! + more)) / totals[code]! ** 2 : sum;
  }, 0);

function leastOf<Item>(items: readonly Item[], measure: (item: Item) => number): Item {
  const measured = items.map(measure);
  return items[measured.indexOf(Math.min(...measured))]!;
}
