import type { Column, TextColumn } from "@millrace/contracts";

/** What stands for a missing value in a CSV file, besides nothing and blanks. */
export const missingTokens = ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "?"] as const;

const tokens = new Set<string>(["", ...missingTokens]);
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const truth = new Map([
  ["true", 1],
  ["false", 0],
]);

/**
 * A column of a CSV file as what it says: blanks and missing tokens are missing, and where every other text is a number
 * (with blanks around it or not), or every one is true or false, it is a column of numbers.
 */
export function readTexts(column: TextColumn): Column {
  const texts = column.dictionary.map((text) => text.trim());
  const present = texts.filter((text) => !tokens.has(text));
  if (present.every((text) => number.test(text))) return asNumbers(column, texts, Number);
  if (present.every((text) => truth.has(text.toLowerCase()))) {
    return asNumbers(column, texts, (text) => truth.get(text.toLowerCase())!);
  }
  return present.length === texts.length ? column : withoutTokens(column, texts);
}

function asNumbers({ name, codes }: TextColumn, texts: readonly string[], read: (text: string) => number): Column {
  const numbers = texts.map((text) => (tokens.has(text) ? NaN : read(text)));
  return { name, kind: "number", values: Float64Array.from(codes, (code) => (code < 0 ? NaN : numbers[code]!)) };
}

function withoutTokens({ name, codes, dictionary }: TextColumn, texts: readonly string[]): Column {
  const kept = dictionary.filter((_, code) => !tokens.has(texts[code]!));
  const newCode = new Map(kept.map((text, code) => [text, code]));
  const codeOf = dictionary.map((text) => newCode.get(text) ?? -1);
  return { name, kind: "text", codes: codes.map((code) => codeOf[code] ?? -1), dictionary: kept };
}
