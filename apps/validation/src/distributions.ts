import type { Column, Table } from "@millrace/contracts";
import type { ColumnProfile, NumberProfile, Profile, TextProfile } from "@millrace/drift";

const most = 2000;
const mostTexts = 20_000;

/** Values at an even distance of each other, as many as are kept. */
function openThinned() {
  let [stride, seen] = [1, 0];
  let kept: number[] = [];
  return {
    add(value: number): void {
      if (seen++ % stride !== 0) return;
      kept.push(value);
      if (kept.length < 2 * most) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
    sorted: (): number[] => [...kept].sort((one, other) => one - other),
  };
}

function openNumbers(name: string) {
  const thinned = openThinned();
  const different = new Set<number>();
  let [rows, missing, infinite, zeros, whole, mean, squares] = [0, 0, 0, 0, 0, 0, 0];
  let [min, max] = [Infinity, -Infinity];
  const add = (value: number): void => {
    rows++;
    if (Number.isNaN(value)) return void missing++;
    if (different.size < mostTexts) different.add(value);
    if (!Number.isFinite(value)) return void infinite++;
    if (value === 0) zeros++;
    if (Number.isInteger(value)) whole++;
    [min, max] = [Math.min(min, value), Math.max(max, value)];
    const before = value - mean;
    mean += before / (rows - missing - infinite);
    squares += before * (value - mean);
    thinned.add(value);
  };
  const profile = (): NumberProfile => {
    const common = { kind: "number" as const, name, rows, missing, infinite, zeros, whole };
    const full = different.size >= mostTexts;
    const distinct = full ? rows - missing : different.size;
    const moments = min <= max ? { min, max, mean, squares } : {};
    return { ...common, distinct, ...moments, sketch: thinned.sorted() };
  };
  return { add: (column: Column) => column.kind === "number" && column.values.forEach(add), profile };
}

function openTexts(name: string) {
  const counts = new Map<string, number>();
  const shapes = new Map<string, number>();
  let [rows, missing, others, least, longest, letters] = [0, 0, 0, Infinity, 0, 0];
  const add = (column: Column): void => {
    if (column.kind !== "text") return;
    const batch = new Int32Array(column.dictionary.length);
    for (const code of column.codes) {
      rows++;
      if (code < 0) missing++;
      else batch[code]!++;
    }
    column.dictionary.forEach((text, code) => batch[code]! > 0 && addText(text, batch[code]!));
  };
  const addText = (text: string, count: number): void => {
    if (counts.has(text) || counts.size < mostTexts) counts.set(text, (counts.get(text) ?? 0) + count);
    else others += count;
    [least, longest] = [Math.min(least, text.length), Math.max(longest, text.length)];
    letters += text.length * count;
    const shape = shapeOf(text);
    if (shapes.has(shape) || shapes.size < 1000) shapes.set(shape, (shapes.get(shape) ?? 0) + count);
  };
  const profile = (): TextProfile => {
    const present = rows - missing;
    const length = present > 0 ? { length: { min: least, max: longest, mean: letters / present } } : {};
    const distinct = counts.size < mostTexts ? counts.size : present;
    const common = { kind: "text" as const, name, rows, missing, distinct };
    return { ...common, top: frequent(counts), others, ...length, shapes: frequent(shapes) };
  };
  return { add, profile };
}

const frequent = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));

export function openProfiler() {
  const columns = new Map<string, ReturnType<typeof openNumbers> | ReturnType<typeof openTexts>>();
  let rows = 0;
  return {
    add(table: Table): void {
      rows += table.rows;
      for (const column of table.columns) {
        if (!columns.has(column.name))
          columns.set(column.name, column.kind === "text" ? openTexts(column.name) : openNumbers(column.name));
        columns.get(column.name)!.add(column);
      }
    },
    profile: (): Profile => ({
      format: "millrace-profile/1",
      rows,
      columns: [...columns.values()].map((one) => one.profile()),
    }),
  };
}

export type Profiler = ReturnType<typeof openProfiler>;

export const quantile = ({ sketch }: NumberProfile, share: number): number => {
  const sorted = sketch as number[];
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
};

export function shareBelow({ sketch }: NumberProfile, value: number): number {
  const sorted = sketch as number[];
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 0 : low / sorted.length;
}

const longestShape = 64;

/** How a text looks: letters are A or a, digits 9, everything else stays. */
export const shapeOf = (text: string): string =>
  text
    .slice(0, longestShape)
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, (letter) => (letter === "A" ? "A" : "a"))
    .replace(/\p{Nd}/gu, "9");

export type { ColumnProfile };
