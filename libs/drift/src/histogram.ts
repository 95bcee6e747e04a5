import type { ColumnProfile, NumberProfile, TextProfile } from "./profile.js";
import { countBelow, quantile } from "./read-profile.js";
import { numberSketch } from "./sketches.js";

/** Shares of the values that are there, for a picture. */
export interface Histogram {
  readonly bars: readonly Bar[];
}

export interface Bar {
  /** Of numbers: from `from`, to `to` but without it; the first and the last bar have all that lies beyond as well. */
  readonly from?: number;
  readonly to?: number;
  /** Of texts; undefined for all the others together. */
  readonly text?: string;
  /** One share for each of the profiles. */
  readonly shares: readonly number[];
}

const usualBins = 20;
/** The picture shows where nearly all values are, not how far the outermost one is. */
const shown = 0.005;

/** Bars of one profile, or of several in the same bins. The profiles are of columns of the same kind. */
export function histogram(profiles: readonly ColumnProfile[], bins = usualBins): Histogram {
  const numbers = profiles.filter((profile): profile is NumberProfile => profile.kind === "number");
  if (numbers.length > 0) return { bars: numberBars(numbers, bins) };
  return { bars: textBars(profiles as readonly TextProfile[], bins) };
}

function numberBars(profiles: readonly NumberProfile[], bins: number): Bar[] {
  const edges = edgesOf(profiles, bins);
  const below = profiles.map((profile) => {
    const { cells } = numberSketch(profile);
    const finite = profile.rows - profile.missing - profile.infinite;
    const inner = edges.slice(1, -1).map((edge) => countBelow(cells, edge) / Math.max(1, finite));
    return [0, ...inner, finite > 0 ? 1 : 0];
  });
  return edges.slice(1).map((to, at) => ({
    from: edges[at]!,
    to,
    shares: below.map((shares) => shares[at + 1]! - shares[at]!),
  }));
}

function edgesOf(profiles: readonly NumberProfile[], bins: number): number[] {
  const found = profiles.filter(({ min }) => min !== undefined);
  if (found.length === 0) return [];
  const low = Math.min(...found.map((profile) => quantile(profile, shown)!));
  const high = Math.max(...found.map((profile) => quantile(profile, 1 - shown)!));
  if (!(high > low)) return [low, low];
  const whole = found.every(({ whole, rows, missing, infinite }) => whole === rows - missing - infinite);
  if (whole && high - low < bins)
    return steps(Math.floor(low), Math.ceil(high) + 1, Math.ceil(high) + 1 - Math.floor(low));
  return steps(low, high, bins);
}

const steps = (low: number, high: number, bins: number): number[] =>
  Array.from({ length: bins + 1 }, (_, at) => low * (1 - at / bins) + high * (at / bins));

function textBars(profiles: readonly TextProfile[], bins: number): Bar[] {
  const counts = profiles.map(({ top }) => new Map(top));
  const present = profiles.map(({ rows, missing }) => Math.max(1, rows - missing));
  const sharesOf = (text: string): number[] => counts.map((each, at) => (each.get(text) ?? 0) / present[at]!);
  const texts = [...new Set(counts.flatMap((each) => [...each.keys()]))].map((text) => ({
    text,
    shares: sharesOf(text),
  }));
  const bars = texts.sort((one, other) => sumOf(other.shares) - sumOf(one.shares)).slice(0, bins);
  const rest = profiles.map((profile, at) => {
    const shown = bars.reduce((sum, { shares }) => sum + shares[at]!, 0);
    return profile.rows > profile.missing ? Math.max(0, 1 - shown) : 0;
  });
  return rest.some((share) => share > 1e-9) ? [...bars, { shares: rest }] : bars;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
