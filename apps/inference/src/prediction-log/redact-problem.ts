import { plainText } from "./log-rules.js";

const HIDDEN = "[redacted]";
/** Stands for HIDDEN while values are looked for, so that none is found in it. */
const GAP = "\0";
const LONGEST = 4_000;
const SHORTEST_PREFIX = 4;
const MOST_VALUES = 1_000;

/** A problem's text without the values; a text may quote a long value in part, so its beginning is looked for as well. */
export function withoutValues(problem: string, values: readonly unknown[]): string {
  if (values.length > MOST_VALUES) return codeOnly(problem);
  let text = problem.slice(0, LONGEST).replaceAll(GAP, "");
  for (const value of values) for (const form of formsOf(value)) text = withoutText(text, form);
  return text.replaceAll(GAP, HIDDEN);
}

function formsOf(value: unknown): Set<string> {
  const plain = plainText(value).slice(0, LONGEST);
  return new Set([plain, JSON.stringify(plain).slice(1, -1)]);
}

function withoutText(text: string, value: string): string {
  const shortest = value.slice(0, SHORTEST_PREFIX);
  if (shortest === "" || shortest.includes(GAP)) return text;
  while (text.includes(shortest)) text = text.replaceAll(longestPrefixIn(text, value), GAP);
  return text;
}

/** Every prefix of a prefix that is there is there, too. */
function longestPrefixIn(text: string, value: string): string {
  let [there, beyond] = [Math.min(value.length, SHORTEST_PREFIX), value.length + 1];
  while (beyond - there > 1) {
    const middle = (there + beyond) >> 1;
    if (text.includes(value.slice(0, middle))) there = middle;
    else beyond = middle;
  }
  return value.slice(0, there);
}

/** What can be told of a problem when nobody knows which of the values in it are to be hidden. */
export const codeOnly = (problem: string): string => /^[A-Z][A-Z0-9_]*(?=[:.\s]|$)/.exec(problem)?.[0] ?? HIDDEN;
