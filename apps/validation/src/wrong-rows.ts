import type { Side, Tally } from "./tally.js";

/** A row and what is wrong with it, side by side in a list that grows. */
interface Entries {
  rows: Int32Array;
  tallies: Int32Array;
  length: number;
}

export interface WrongRows {
  add(side: Side, row: number, tally: Tally): void;
  /** The rows that are to be kept apart, with their tallies, in order; undefined where they are more than `most`. */
  chosen(most: number): Record<Side, Map<number, Tally[]>> | undefined;
}

/** Which rows are to be kept apart and why. So many entries are kept at most; more rows would refuse the dataset anyway. */
export function openWrongRows(mostEntries: number): WrongRows {
  const tallies: Tally[] = [];
  const places = new Map<Tally, number>();
  const sides: Record<Side, Entries> = { train: empty(), test: empty() };
  let full = false;

  return {
    add(side, row, tally) {
      if (!places.has(tally)) places.set(tally, tallies.push(tally) - 1);
      full ||= sides.train.length + sides.test.length >= mostEntries;
      if (!full) push(sides[side], row, places.get(tally)!);
    },
    chosen(most) {
      const found = { train: rowsOf(sides.train, tallies), test: rowsOf(sides.test, tallies) };
      return full || found.train.size + found.test.size > most ? undefined : found;
    },
  };
}

const empty = (): Entries => ({ rows: new Int32Array(256), tallies: new Int32Array(256), length: 0 });

function push(entries: Entries, row: number, tally: number): void {
  if (entries.length === entries.rows.length) {
    entries.rows = grown(entries.rows);
    entries.tallies = grown(entries.tallies);
  }
  entries.rows[entries.length] = row;
  entries.tallies[entries.length++] = tally;
}

function grown(list: Int32Array): Int32Array {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

/** Tallies that were forgiven in the end (their share was small enough) choose no rows. */
function rowsOf({ rows, tallies, length }: Entries, all: readonly Tally[]): Map<number, Tally[]> {
  const found = new Map<number, Tally[]>();
  for (let at = 0; at < length; at++) {
    const tally = all[tallies[at]!]!;
    if (tally.rows === 0) continue;
    const reasons = found.get(rows[at]!) ?? [];
    found.set(rows[at]!, [...reasons, tally]);
  }
  return new Map([...found].sort(([one], [other]) => one - other));
}
