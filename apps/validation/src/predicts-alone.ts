import type { Column, NumericColumn, TextColumn } from "@millrace/contracts";

export interface Classes {
  /** −1 where it is missing. */
  readonly codes: Int32Array;
  readonly count: number;
}

const mostCells = 200;
const mostClasses = 10;

/** The target's classes, where there are few enough to be classes. */
export function classesOf(target: Column): Classes | undefined {
  if (target.kind === "text") return few({ codes: target.codes, count: target.dictionary.length });
  const known = [...new Set(target.values)].filter((value) => !Number.isNaN(value)).slice(0, mostClasses + 1);
  return few({ codes: Int32Array.from(target.values, (value) => known.indexOf(value)), count: known.length });
}

const few = (classes: Classes): Classes | undefined =>
  classes.count >= 2 && classes.count <= mostClasses ? classes : undefined;

/**
 * How much of what the most frequent class leaves open this column tells by itself, from 0 to 1: with as many stretches of
 * numbers as there are classes, or with one class for each text. Texts of which each stands in few rows tell nothing.
 */
export function predictsAlone(column: Column, target: Classes): number {
  const cells = column.kind === "text" ? textCells(column, target) : numberCells(column, target);
  if (cells === undefined) return 0;
  const totals = cells.reduce((sum, cell) => sum.map((count, at) => count + cell[at]!), zeros(target.count));
  const rows = totals.reduce((sum, count) => sum + count, 0);
  const usual = Math.max(...totals);
  const right =
    column.kind === "text" ? sumOf(cells.map((cell) => Math.max(...cell))) : bestStretches(cells, target.count);
  return rows === usual ? 0 : (right - usual) / (rows - usual);
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function textCells({ codes, dictionary }: TextColumn, target: Classes): number[][] | undefined {
  if (dictionary.length * 10 > codes.length) return undefined;
  const cells = Array.from({ length: dictionary.length + 1 }, () => zeros(target.count));
  codes.forEach((code, row) => target.codes[row]! >= 0 && cells[code + 1]![target.codes[row]!]!++);
  return cells;
}

/** Rows in the order of their values, some to a cell; equal values are in one cell. */
function numberCells({ values }: NumericColumn, target: Classes): number[][] {
  const order = Array.from(values.keys()).filter((row) => target.codes[row]! >= 0 && !Number.isNaN(values[row]));
  order.sort((one, other) => values[one]! - values[other]!);
  const size = Math.ceil(order.length / mostCells);
  const cells: number[][] = [];
  let held = Infinity;
  order.forEach((row, at) => {
    if (held >= size && values[row] !== values[order[at - 1]!]) {
      cells.push(zeros(target.count));
      held = 0;
    }
    cells.at(-1)![target.codes[row]!]!++;
    held++;
  });
  return cells;
}

/** How many rows are right when the cells are cut into at most so many stretches, each with its most frequent class. */
function bestStretches(cells: readonly (readonly number[])[], stretches: number): number {
  // `best[class]` is the most rows that are right up to here when the last stretch is of that class.
  const classes = cells[0]?.length ?? 0;
  let best = Array.from({ length: stretches }, () => zeros(classes));
  for (const cell of cells) {
    best = best.map((now, used) => {
      const before = used === 0 ? -Infinity : Math.max(...best[used - 1]!);
      return now.map((right, each) => Math.max(right, before) + cell[each]!);
    });
  }
  return Math.max(0, ...best.flat());
}
