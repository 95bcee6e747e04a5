import type { NumericColumn, Table, TextColumn } from "@millrace/contracts";

const looked = 500;
const enough = 50;
const same = 0.9995;

/** Pairs of columns of which one says the other: numbers on a line, texts one for one. */
export function sameColumns({ columns, rows }: Table): [string, string][] {
  if (rows < enough) return [];
  const numbers = columns.filter((column): column is NumericColumn => column.kind === "number");
  const texts = columns.filter((column): column is TextColumn => column.kind === "text");
  return [
    ...pairs(
      numbers.flatMap((column) => directed(column, rows)),
      (one, other) => Math.abs(product(one, other)) >= same,
    ),
    ...pairs(texts.filter(isCategory).map(renumbered), ({ codes }, other) =>
      codes.every((code, row) => code === other.codes[row]),
    ),
  ];
}

interface Named {
  readonly name: string;
}

/** Of three that are the same the first is named with each other one. */
function pairs<Each extends Named>(
  columns: readonly Each[],
  isSame: (one: Each, other: Each) => boolean,
): [string, string][] {
  const told = new Set<string>();
  return columns.flatMap((one, at) => {
    if (told.has(one.name)) return [];
    const others = columns.slice(at + 1).filter((other) => isSame(one, other));
    others.forEach(({ name }) => told.add(name));
    return others.map(({ name }): [string, string] => [one.name, name]);
  });
}

interface Direction extends Named {
  readonly values: Float64Array;
}

/** Of length one around its mean, so that a product is a correlation; columns with little in them have no direction. */
function directed({ name, values }: NumericColumn, rows: number): Direction[] {
  const stride = Math.max(1, Math.floor(rows / looked));
  const some = values.filter((_, row) => row % stride === 0).map((value) => (Number.isFinite(value) ? value : NaN));
  const present = some.filter((value) => !Number.isNaN(value));
  if (present.length < some.length * 0.9 || present.length < enough) return [];
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const centred = some.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  const length = Math.sqrt(product({ name, values: centred }, { name, values: centred }));
  return length > 0 && new Set(present).size > 2 ? [{ name, values: centred.map((value) => value / length) }] : [];
}

function product({ values: one }: Direction, { values: other }: Direction): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}

const isCategory = ({ dictionary, codes }: TextColumn): boolean =>
  dictionary.length > 1 && dictionary.length * 2 <= codes.length;

/** Codes in the order in which the texts come: columns that say the same have the same ones. */
function renumbered({ name, codes, dictionary }: TextColumn): Named & { codes: Int32Array } {
  const numbers = new Int32Array(dictionary.length).fill(-1);
  let next = 0;
  return {
    name,
    codes: codes.map((code) => {
      if (code < 0) return -1;
      if (numbers[code]! < 0) numbers[code] = next++;
      return numbers[code]!;
    }),
  };
}
