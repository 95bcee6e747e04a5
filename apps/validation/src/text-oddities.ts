import type { TextProfile } from "@millrace/drift";

const dates: readonly (readonly [form: string, pattern: RegExp])[] = [
  ["year-month-day", /^\d{4}-\d{1,2}-\d{1,2}([T ].*)?$/],
  ["year/month/day", /^\d{4}\/\d{1,2}\/\d{1,2}([T ].*)?$/],
  ["x/x/year", /^\d{1,2}\/\d{1,2}\/(\d{4}|\d{2})([T ].*)?$/],
  ["day.month.year", /^\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})([T ].*)?$/],
  ["x-x-year", /^\d{1,2}-\d{1,2}-\d{4}([T ].*)?$/],
  ["day month year", /^\d{1,2}[ -]\p{L}{3,}[ -]\d{2,4}$/u],
  ["month day, year", /^\p{L}{3,} \d{1,2},? \d{4}$/u],
];

/** The ways in which dates are written, where most values are dates at all. */
export function dateForms({ top }: TextProfile): { form: string; example: string }[] {
  const examples = new Map<string, string>();
  let [dated, all] = [0, 0];
  for (const [text, count] of top) {
    const form = dates.find(([, pattern]) => pattern.test(text.trim()))?.[0];
    all += count;
    if (form === undefined) continue;
    dated += count;
    if (!examples.has(form)) examples.set(form, text);
  }
  return dated >= 0.8 * all ? [...examples].map(([form, example]) => ({ form, example })) : [];
}

const enough = 100;
const nearlyAll = 0.95;

/** The shape that nearly all texts have, and those few that are otherwise. Words have no shape to speak of. */
export function outlyingShapes({ rows, missing, distinct, shapes }: TextProfile) {
  const present = rows - missing;
  const [first, ...others] = shapes;
  if (first === undefined || others.length === 0 || present < enough || distinct < 0.2 * present) return undefined;
  const [usual, count] = first;
  const isCode = /9/.test(usual) && usual.length > 2;
  if (!isCode || count < nearlyAll * present || count === present) return undefined;
  return { usual, share: count / present, others: others.slice(0, 5).map(([shape]) => shape) };
}

const mostCategories = 1000;

/** Values that would be the same but for case and spaces, where they are categories. */
export function alikeCategories({ top, others, rows, missing }: TextProfile): string[][] {
  if (others > 0 || top.length > mostCategories || top.length * 2 > rows - missing) return [];
  const groups = new Map<string, string[]>();
  for (const [text] of top) {
    const plain = text.trim().replace(/\s+/g, " ").toLowerCase();
    groups.set(plain, [...(groups.get(plain) ?? []), text]);
  }
  return [...groups.values()].filter((group) => group.length > 1).map((group) => group.sort());
}
