import type { Random } from "../data/random.js";
import { allRows } from "../data/take-rows.js";

/** Between which rows of a class, and where, rows are made. */
export interface Draws {
  /** A row of the class, by its position in it. */
  readonly bases: Int32Array;
  /** Which of its neighbours, 0 for the nearest. */
  readonly ranks: Int32Array;
  /** How far from the row to the neighbour, 0 to 1. */
  readonly steps: Float64Array;
}

export function drawRows(count: number, rows: number, neighbours: number, random: Random): Draws {
  const draws = { bases: new Int32Array(count), ranks: new Int32Array(count), steps: new Float64Array(count) };
  for (let made = 0; made < count; made++) {
    draws.bases[made] = random.integer(rows);
    draws.ranks[made] = random.integer(neighbours);
    draws.steps[made] = random.next();
  }
  return draws;
}

/** Each base once, ascending: only their neighbours have to be found. */
export function distinctBases({ bases }: Draws, rows: number): Int32Array {
  const drawn = new Uint8Array(rows);
  for (let made = 0; made < bases.length; made++) drawn[bases[made]!] = 1;
  return allRows(rows).filter((row) => drawn[row] === 1);
}
