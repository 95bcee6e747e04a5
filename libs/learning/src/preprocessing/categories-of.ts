import type { Categories } from "./encoder.js";
import { textsOf, type TextSource } from "./source-columns.js";

/** The categories of texts, sorted, with what is missing counted as `fill` where there is one. */
export function categoriesOf(source: TextSource, fill: string | null): Categories {
  return counted(source, fill, (a, b) => (a < b ? -1 : 1));
}

/** The same of numbers, in the order of their size. */
export const categoriesOfNumbers = (values: Float32Array): Categories =>
  counted(numbersAsTexts(values), null, (a, b) => Number(a) - Number(b));

export const numbersAsTexts = (values: Float32Array): TextSource => textsOf(values, String);

function counted(
  { codes, dictionary }: TextSource,
  fill: string | null,
  order: (a: string, b: string) => number,
): Categories {
  const ofText = countsOf(codes, dictionary.length);
  const counts = new Map<string, number>();
  dictionary.forEach((text, code) => ofText[code]! > 0 && counts.set(text, ofText[code]!));
  const missing = ofText[dictionary.length]!;
  if (fill !== null && missing > 0) counts.set(fill, (counts.get(fill) ?? 0) + missing);
  const names = [...counts.keys()].sort(order);
  return {
    names,
    counts: names.map((name) => counts.get(name)!),
    rows: codes.length,
    codes: () => renumbered(codes, dictionary, names, fill),
  };
}

/** How many rows have each code, and at the end how many have none. */
export function countsOf(codes: Int32Array, categories: number): Float64Array {
  const counts = new Float64Array(categories + 1);
  for (let row = 0; row < codes.length; row++) counts[codes[row]! < 0 ? categories : codes[row]!]! += 1;
  return counts;
}

function renumbered(codes: Int32Array, dictionary: readonly string[], names: readonly string[], fill: string | null) {
  const codeOf = new Map(names.map((name, code) => [name, code]));
  const ofText = dictionary.map((text) => codeOf.get(text) ?? -1);
  const ofMissing = fill === null ? -1 : (codeOf.get(fill) ?? -1);
  return codes.map((code) => (code < 0 ? ofMissing : ofText[code]!));
}
