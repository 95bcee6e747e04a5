import type { Column, Table } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { numberColumn, tableOf, textColumn } from "./table-for-test.js";

export const ROWS = 120;

/** Sizes over nine powers of ten, few counts, dates from 1938 to 2033, words: one cell of ten is missing. */
function tableOfSeed(seed: number, colours: readonly string[]): Table {
  const random = seededRandom(seed);
  const some = <Value>(value: () => Value) =>
    Array.from({ length: ROWS }, () => (random.next() < 0.1 ? null : value()));
  const size = some(() => (random.next() - 0.4) * 10 ** (random.integer(9) - 4));
  const count = some(() => random.integer(5));
  const when = some(() => Math.floor((random.next() * 3 - 1) * 1e12));
  const colour = some(() => colours[random.integer(colours.length)]!);
  return tableOf(
    numberColumn("size", size),
    numberColumn("count", count),
    numberColumn("when", when),
    textColumn("colour", colour),
  );
}

export const train = tableOfSeed(1, ["red", "red", "green", "green", "blue", "rare"]);
export const unseen = tableOfSeed(2, ["red", "green", "never seen", "ä b"]);
export const column = (table: Table, name: string): Column => table.columns.find((each) => each.name === name)!;
export const replaced = (table: Table, ...columns: Column[]): Table => ({
  ...table,
  columns: table.columns.map((each) => columns.find(({ name }) => name === each.name) ?? each),
});
export const numbersIn = (table: Table, values: (row: number) => number | null, ...names: string[]): Table =>
  replaced(
    table,
    ...names.map((name) =>
      numberColumn(
        name,
        Array.from({ length: table.rows }, (_, row) => values(row)),
      ),
    ),
  );
const extremes = [Infinity, -Infinity, 1e300, -1e300, 3.4e38, -3.4e38, 1e-40, -0];
export const extreme = (table: Table): Table =>
  replaced(
    table,
    numberColumn(
      "size",
      extremes.concat([...(column(table, "size") as { values: Float64Array }).values].slice(extremes.length)),
    ),
  );
