import type { Column, NumericColumn, Table, TextColumn } from "@millrace/contracts";

export type Random = () => number;

/** Seeded, so that a test says the same each time. */
export function generator(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const numbers = (name: string, values: Iterable<number>): NumericColumn => ({
  ...{ name, kind: "number", values: Float64Array.from(values) },
});

/** With the dictionary in the order in which the texts come. */
export function texts(name: string, values: readonly (string | undefined)[]): TextColumn {
  const codes = new Map<string, number>();
  for (const value of values) if (value !== undefined && !codes.has(value)) codes.set(value, codes.size);
  const coded = Int32Array.from(values, (value) => (value === undefined ? -1 : codes.get(value)!));
  return { name, kind: "text", codes: coded, dictionary: [...codes.keys()] };
}

export const tableOf = (...columns: Column[]): Table => ({ rows: lengthOf(columns[0]!), columns });

const lengthOf = (column: Column): number => (column.kind === "text" ? column.codes.length : column.values.length);

export const many = <Each>(rows: number, made: (row: number) => Each): Each[] =>
  Array.from({ length: rows }, (_, row) => made(row));

/** Columns as they come: measures, counts, flags, amounts with many zeros, dates, categories, codes and missing values. */
export function mixedTable(rows: number, random: Random): Table {
  const measures = [...numberShapes].map(([name, value]) =>
    numbers(
      name,
      many(rows, () => value(random)),
    ),
  );
  const words = [...textShapes].map(([name, value]) =>
    texts(
      name,
      many(rows, () => value(random)),
    ),
  );
  return tableOf(...measures, ...words);
}

export const numberShapes: ReadonlyMap<string, (random: Random) => number> = new Map([
  ["normal", normal],
  ["even", (random) => random()],
  ["skewed", (random) => Math.exp(normal(random))],
  ["flag", (random) => (random() < 0.2 ? 1 : 0)],
  ["count", (random) => Math.floor(random() * random() * 10)],
  ["date", (random) => Date.UTC(2026, 0, 1) + Math.floor(random() * 3e9)],
  ["partly missing", (random) => (random() < 0.1 ? NaN : normal(random))],
  ["mostly zero", (random) => (random() < 0.7 ? 0 : Math.exp(normal(random)))],
  ["far out", (random) => normal(random) / normal(random)],
]);

const textShapes: ReadonlyMap<string, (random: Random) => string | undefined> = new Map([
  ["category", (random: Random) => `c${Math.floor(random() * 3)}`],
  ["long tail", (random: Random) => (random() < 0.05 ? undefined : `c${Math.floor(random() ** 3 * 5000)}`)],
  ["code", (random: Random) => `AB-${Math.floor(random() * 1e6)}`],
]);

/** Each row goes to one of two sides. */
export function splitTable(table: Table, random: Random): [Table, Table] {
  const [one, other]: [number[], number[]] = [[], []];
  for (let row = 0; row < table.rows; row++) (random() < 0.5 ? one : other).push(row);
  return [takeRows(table, one), takeRows(table, other)];
}

export const takeRows = ({ columns }: Table, rows: readonly number[]): Table => ({
  rows: rows.length,
  columns: columns.map((column) =>
    column.kind === "text"
      ? { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) }
      : { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) },
  ),
});

/** Batches of a table; each has its own dictionary, in another order. */
export function batches(table: Table, size: number): Table[] {
  const starts = many(Math.ceil(table.rows / size), (at) => at * size);
  return starts.map((start) => {
    const rows = many(Math.min(size, table.rows - start), (at) => start + at);
    const batch = takeRows(table, rows);
    return { ...batch, columns: batch.columns.map((column) => (column.kind === "text" ? recoded(column) : column)) };
  });
}

const recoded = ({ name, codes, dictionary }: TextColumn): TextColumn =>
  texts(
    name,
    [...codes].map((code) => dictionary[code]),
  );
