/**
 * How many values lie from `low` to `high`, both included; where the next cell begins at `high`, that value belongs to the
 * next one. A cell of one single value has `low` = `high`. Cells are in ascending order and do not overlap.
 */
export type Cell = readonly [low: number, high: number, count: number];

/** A share of the values that one cell may have, unless they are all the same: what a place inside it is uncertain by. */
const finest = 128;

/** Fewer cells where they are many. Up to 256 stay as they are, so that so many different values are kept exactly. */
export function compressCells(cells: readonly Cell[]): Cell[] {
  const kept = cells.length <= 2 * finest ? [...cells] : joined(cells, totalOf(cells) / finest);
  return inWholeCounts(kept).filter(([, , count]) => count > 0);
}

export const totalOf = (cells: readonly Cell[]): number => cells.reduce((sum, [, , count]) => sum + count, 0);

function joined(cells: readonly Cell[], most: number): Cell[] {
  const kept: Cell[] = [];
  for (const cell of cells) {
    const last = kept.at(-1);
    if (last === undefined || last[2] + cell[2] > most) kept.push(cell);
    else kept[kept.length - 1] = [last[0], cell[1], last[2] + cell[2]];
  }
  return kept;
}

/** Rounded so that no sum of the first cells is off by more than a half. */
function inWholeCounts(cells: readonly Cell[]): Cell[] {
  let [exact, rounded] = [0, 0];
  return cells.map(([low, high, count]) => {
    exact += count;
    const whole = Math.round(exact) - rounded;
    rounded += whole;
    return [low, high, whole];
  });
}

/** The cells of sorted values: one for each different value. */
export function cellsOfSorted(sorted: Float64Array): Cell[] {
  const cells: Cell[] = [];
  for (let start = 0, at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[start]) continue;
    // −0 becomes 0, which JSON would make of it.
    const value = sorted[start]! + 0;
    cells.push([value, value, at - start]);
    start = at;
  }
  return cells;
}

/** The cells of two samples together: each is cut where the other one has an edge, as if its values lay evenly in it. */
export function mergeCells(one: readonly Cell[], other: readonly Cell[]): Cell[] {
  const edges = [...new Set([...one, ...other].flatMap(([low, high]) => [low, high]))].sort((a, b) => a - b);
  const pieces = [...cut(one, edges), ...cut(other, edges)].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: Cell[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last === undefined || last[0] !== piece[0] || last[1] !== piece[1]) merged.push(piece);
    else merged[merged.length - 1] = [last[0], last[1], last[2] + piece[2]];
  }
  return compressCells(merged);
}

/** Where `x` is between the ends of a cell, from 0 to 1. Halves, because the whole width may be more than a number can be. */
export function placeInside(low: number, high: number, x: number): number {
  if (x <= low) return 0;
  return x >= high ? 1 : (x / 2 - low / 2) / (high / 2 - low / 2);
}

function cut(cells: readonly Cell[], edges: readonly number[]): Cell[] {
  let next = 0;
  return cells.flatMap(([low, high, count]): Cell[] => {
    if (low === high) return [[low, high, count]];
    while (edges[next]! < low) next++;
    const pieces: Cell[] = [];
    for (; edges[next]! < high; next++) {
      const [from, to] = [edges[next]!, edges[next + 1]!];
      pieces.push([from, to, count * (placeInside(low, high, to) - placeInside(low, high, from))]);
    }
    return pieces;
  });
}
