import type { Column } from "@millrace/contracts";

const GROUPS = 10;
const MANY = 20;

/**
 * How much of the target's uncertainty a column takes away by itself: the mutual information over the target's entropy, less
 * what chance alone would give. 1 says that the target can be read off; many rare values tell little, not all.
 */
export function explainedShare(column: Column, target: Column): number {
  const [groups, classes] = [withoutRare(groupsOf(column)), groupsOf(target)];
  const rows = groups.flatMap((_, row) => (classes[row]! < 0 ? [] : [row]));
  if (rows.length === 0) return 0;
  const count = (keyOf: (row: number) => string) => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
    return counts;
  };
  const byGroup = count((row) => `${groups[row]}`);
  const byClass = count((row) => `${classes[row]}`);
  const both = count((row) => `${groups[row]} ${classes[row]}`);
  const entropy = entropyOf(byClass, rows.length);
  if (entropy === 0) return 0;
  // What Miller and Madow take off, as every count of a few rows seems to tell something.
  const chance = ((byGroup.size - 1) * (byClass.size - 1)) / (2 * rows.length);
  const shared = entropyOf(byGroup, rows.length) + entropy - entropyOf(both, rows.length) - chance;
  return Math.min(1, Math.max(0, shared / entropy));
}

const FEW = 5;

/** Values of a few rows are one group: a name that comes once would seem to tell everything. */
function withoutRare(groups: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  return groups.map((group) => (counts.get(group)! < FEW ? -2 : group));
}

const entropyOf = (counts: ReadonlyMap<string, number>, rows: number): number =>
  [...counts.values()].reduce((sum, count) => sum - (count / rows) * Math.log(count / rows), 0);

/** Categories as they are; many numbers in ten groups of equal size. −1 is missing. */
function groupsOf(column: Column): number[] {
  if (column.kind === "text") return [...column.codes];
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = [...new Set(sorted)];
  const share = (group: number) => sorted[Math.floor((group / GROUPS) * (sorted.length - 1))]!;
  const borders =
    distinct.length <= MANY ? distinct : Array.from({ length: GROUPS - 1 }, (_, group) => share(group + 1));
  return Array.from(column.values, (value) =>
    Number.isNaN(value) ? -1 : borders.reduce((group, border) => (value >= border ? group + 1 : group), 0),
  );
}
