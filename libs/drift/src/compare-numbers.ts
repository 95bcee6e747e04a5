import { totalOf, type Cell } from "./cells.js";
import { chiSquare, type Pair } from "./chi-square.js";
import { smallestOf, type Compared } from "./compared.js";
import { effectOfShares, jensenShannon, populationStability } from "./distances.js";
import { certainDifference, kolmogorovSmirnov } from "./kolmogorov-smirnov.js";
import type { NumberProfile } from "./profile.js";
import { countBelow, quantileOf, standardDeviation } from "./read-profile.js";
import { numberSketch } from "./sketches.js";
import { wasserstein } from "./wasserstein.js";

const bins = 20;
/** Up to so many different values a column of numbers is compared value by value. */
const fewValues = 30;

/** Missing and infinite values are a part of the distribution: bins of their own, and a test of their own. */
export function compareNumbers(reference: NumberProfile, current: NumberProfile): Compared {
  const cells = [numberSketch(reference).cells, numberSketch(current).cells] as const;
  const beside: Pair[] = [
    [reference.missing, current.missing],
    [reference.infinite, current.infinite],
  ];
  const finite: Pair = [totalOf(cells[0]), totalOf(cells[1])];
  const values = finite[0] > 0 && finite[1] > 0 ? compareValues(...cells, reference) : undefined;
  const pairs = values === undefined ? [finite, ...beside] : [...values.pairs, ...beside];
  const tests = [
    ...(values === undefined ? [] : [values.p]),
    ...(beside.flat().some((count) => count > 0) ? [chiSquare([finite, ...beside]).p] : []),
  ];
  const distances = { psi: populationStability(pairs), js: jensenShannon(pairs), ...values?.distances };
  const effect = Math.max(effectOfShares(pairs), values?.effect ?? 0);
  return { distances, effect, p: tests.length === 0 ? 1 : smallestOf(tests) };
}

function compareValues(reference: readonly Cell[], current: readonly Cell[], profile: NumberProfile) {
  const { distance, effect } = wasserstein(reference, current, standardDeviation(profile) ?? 0);
  const few = sameValues(reference, current);
  const pairs = few ?? binned(reference, current);
  const ks = certainDifference(reference, current);
  const p = few === undefined ? kolmogorovSmirnov(ks, totalOf(reference), totalOf(current)) : chiSquare(few).p;
  return { pairs, p, effect: 1 - Math.exp(-effect), distances: { wasserstein: distance, ks } };
}

/** The counts of each value, where both have few different ones. */
function sameValues(reference: readonly Cell[], current: readonly Cell[]): Pair[] | undefined {
  const pairs = new Map<number, Pair>();
  for (const [low, high, count] of reference) if (low === high) pairs.set(low, [count, 0]);
  for (const [low, high, count] of current) if (low === high) pairs.set(low, [pairs.get(low)?.[0] ?? 0, count]);
  const alone = [...reference, ...current].every(([low, high]) => low === high);
  return alone && pairs.size <= fewValues ? [...pairs.values()] : undefined;
}

/** Between the reference's quantiles, so that each bin has about as many of its values. */
function binned(reference: readonly Cell[], current: readonly Cell[]): Pair[] {
  const total = totalOf(reference);
  const found = Array.from({ length: bins - 1 }, (_, at) => quantileOf(reference, ((at + 1) / bins) * total));
  const edges = [...new Set(found), Infinity];
  const [one, other] = [reference, current].map((cells) => between(cells, edges));
  return edges.map((_, at) => [one![at]!, other![at]!]);
}

function between(cells: readonly Cell[], edges: readonly number[]): number[] {
  const below = edges.map((edge) => (edge === Infinity ? totalOf(cells) : countBelow(cells, edge)));
  return below.map((count, at) => Math.max(0, count - (below[at - 1] ?? 0)));
}
