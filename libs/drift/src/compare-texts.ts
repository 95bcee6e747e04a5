import { chiSquare, poolRare, sums, type Pair } from "./chi-square.js";
import { smallestOf, unknown, type Compared } from "./compared.js";
import { effectOfShares, jensenShannon, populationStability } from "./distances.js";
import type { Counted } from "./frequent.js";
import type { TextProfile } from "./profile.js";

/** The most frequent texts of a sample, and how many values are others. */
interface Counts {
  readonly top: readonly Counted[];
  readonly others: number;
}

/** Where more than this share of the values are rare texts, how they look is compared as well. */
const mostlyRare = 0.5;
const fewestExpected = 5;

/** Missing values are a category; rare categories are pooled; texts that the reference does not have are categories as well. */
export function compareTexts(reference: TextProfile, current: TextProfile): Compared {
  const missing: Pair = [reference.missing, current.missing];
  const texts = compareCounts(reference, current, missing);
  if (texts.rare < mostlyRare) return texts.compared;
  const { compared } = compareCounts(shapesOf(reference), shapesOf(current), missing);
  const larger = texts.compared.effect >= compared.effect ? texts.compared : compared;
  return { ...larger, p: smallestOf([texts.compared.p, compared.p]) };
}

const shapesOf = ({ shapes, rows, missing }: TextProfile): Counts => ({
  top: shapes,
  others: rows - missing - shapes.reduce((sum, [, count]) => sum + count, 0),
});

interface CountsCompared {
  readonly compared: Compared;
  /** The share of the values that are too rare to be compared one by one. */
  readonly rare: number;
}

function compareCounts(reference: Counts, current: Counts, missing: Pair): CountsCompared {
  const { texts, others } = pairTexts(reference, current);
  const all = sums([...texts, others, missing]);
  if (all[0] === 0 || all[1] === 0) return { compared: unknown, rare: 0 };
  const least = (fewestExpected * (all[0] + all[1])) / Math.min(...all);
  const frequent = texts.filter(([one, other]) => one + other >= least);
  const pairs = poolRare([...texts, others, missing], least);
  const distances = { psi: populationStability(pairs), js: jensenShannon(pairs) };
  const known = sums(frequent);
  const present = sums([...texts, others]);
  const rare = 1 - (known[0] + known[1]) / Math.max(1, present[0] + present[1]);
  return { compared: { distances, effect: effectOfShares(pairs), p: chiSquare(pairs).p }, rare };
}

/**
 * Each text's counts. A text that is among the most frequent ones in one sample only may be among the others in the other
 * one: it is then taken to come there as often as if nothing had changed, as far as that may be.
 */
export function pairTexts(reference: Counts, current: Counts): { texts: Pair[]; others: Pair } {
  const [one, other] = [new Map(reference.top), new Map(current.top)];
  const factor = totalOf(current) / Math.max(1, totalOf(reference));
  const [inReference, inCurrent] = [hidden(reference), hidden(current)];
  const texts = [...new Set([...one.keys(), ...other.keys()])].map((text): Pair => {
    const [before, now] = [one.get(text), other.get(text)];
    if (before === undefined) return [inReference(now! / factor), now!];
    return [before, now ?? inCurrent(before * factor)];
  });
  const known = sums(texts);
  return { texts, others: [totalOf(reference) - known[0], totalOf(current) - known[1]] };
}

const totalOf = ({ top, others }: Counts): number => top.reduce((sum, [, count]) => sum + count, others);

/** How often a text that is not among the most frequent ones may come, nearest to what is expected. */
function hidden({ top, others }: Counts): (expected: number) => number {
  const least = top.at(-1)?.[1] ?? 0;
  let left = others;
  return (expected) => {
    const count = Math.min(expected, least, left);
    left -= count;
    return count;
  };
}
