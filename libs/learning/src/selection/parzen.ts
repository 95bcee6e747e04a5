import { normalCdf } from "../metrics/normal-distribution.js";
import type { Random } from "../data/random.js";
import { placeOf, valueAt, type Range } from "./search-space.js";
import type { ParameterValue } from "../models/family.js";

/** A density over the values of one dimension, learnt from some of them. */
export interface Density<Value> {
  /** Of how many draws the most promising is tried. */
  readonly draws: number;
  draw(random: Random): Value;
  logOf(value: Value): number;
}

const DRAWS = 24;
/** The narrowest bump, as a share of the range: not narrower than that of so many values. */
const FINEST = 100;

/**
 * One bump for each value, as wide as the way to its farther neighbour, and one over all of the range (Bergstra et al. 2011,
 * "Algorithms for hyper-parameter optimization", adaptive Parzen estimator).
 */
export function rangeDensity(range: Range, values: readonly number[]): Density<number> {
  const centres = values.map((value) => placeOf(range, value)).sort((a, b) => a - b);
  const finest = 1 / Math.min(FINEST, values.length + 2);
  const bumps = centres.map((centre, index) => {
    const [left, right] = [centres[index - 1] ?? 0, centres[index + 1] ?? 1];
    return bumpOf(centre, Math.min(1, Math.max(centre - left, right - centre, finest)));
  });
  bumps.push(bumpOf(0.5, 1));
  return {
    draws: DRAWS,
    draw: (random) => valueAt(range, drawFrom(bumps[random.integer(bumps.length)]!, random)),
    logOf(value) {
      const place = placeOf(range, value);
      return Math.log(bumps.reduce((sum, bump) => sum + densityOf(bump, place), 0) / bumps.length);
    },
  };
}

interface Bump {
  readonly centre: number;
  readonly width: number;
  /** What of the bump lies in the range. */
  readonly inside: number;
}

const bumpOf = (centre: number, width: number): Bump => ({
  ...{ centre, width },
  inside: normalCdf((1 - centre) / width) - normalCdf(-centre / width),
});

const densityOf = ({ centre, width, inside }: Bump, place: number): number =>
  Math.exp(-0.5 * ((place - centre) / width) ** 2) / (width * Math.sqrt(2 * Math.PI) * inside);

/** From the part of the bump that is in the range; its centre is, so at least a third of the draws are. */
function drawFrom({ centre, width }: Bump, random: Random): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const place = centre + width * radius * Math.cos(2 * Math.PI * random.next());
    if (place >= 0 && place <= 1) return place;
  }
}

/**
 * How often each value came, each counted once more. One draw is enough: the most promising of several would be the same
 * value every time, and the others would never be tried again.
 */
export function choiceDensity(
  choices: readonly ParameterValue[],
  values: readonly ParameterValue[],
): Density<ParameterValue> {
  const keys = choices.map((choice) => JSON.stringify(choice));
  const counts = keys.map((key) => 1 + values.filter((value) => JSON.stringify(value) === key).length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    draws: 1,
    draw: (random) => choices[drawIndex(counts, random)]!,
    logOf: (value) => Math.log((counts[keys.indexOf(JSON.stringify(value))] ?? 1) / total),
  };
}

/** An index with a chance in proportion to its weight. */
export function drawIndex(weights: readonly number[], random: Random): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index < 0 ? weights.length - 1 : index;
}
