import type { ColumnProfile, NumberProfile, TextProfile } from "@millrace/drift";
import { quantile, shareBelow } from "./distributions.js";
import { short } from "./in-words.js";

export interface Bar {
  readonly label: string;
  /** Shares of the values that are there; the reference's is undefined where there is none. */
  readonly current: number;
  readonly reference?: number;
}

const usualBins = 20;
const mostBars = 12;

/** How often which values come, beside the reference's, in the same bins. None where there are no values. */
export function barsOf(current: ColumnProfile, reference?: ColumnProfile, bins = usualBins): Bar[] {
  if (current.kind === "text") return categoryBars(current, reference?.kind === "text" ? reference : undefined);
  return numberBars(current, reference?.kind === "number" ? reference : undefined, bins);
}

function numberBars(current: NumberProfile, reference: NumberProfile | undefined, bins: number): Bar[] {
  const both = [current, ...(reference === undefined ? [] : [reference])].filter(({ min }) => min !== undefined);
  if (current.min === undefined) return [];
  const low = Math.min(...both.map((profile) => quantile(profile, 0.005)));
  const high = Math.max(...both.map((profile) => quantile(profile, 0.995)));
  if (!(high > low)) return [{ label: short(low), current: 1, ...(reference && { reference: 1 }) }];
  const edges = Array.from({ length: bins - 1 }, (_, index) => low + ((high - low) * (index + 1)) / bins);
  const shares = both.map((profile) => sharesBetween(profile, edges));
  return shares[0]!.map((share, index) => ({
    label: labelOf(edges, index),
    current: share,
    ...(shares[1] !== undefined && { reference: shares[1][index]! }),
  }));
}

function sharesBetween(profile: NumberProfile, edges: readonly number[]): number[] {
  const below = [0, ...edges.map((edge) => shareBelow(profile, edge)), 1];
  return below.slice(1).map((share, index) => Math.max(0, share - below[index]!));
}

function labelOf(edges: readonly number[], index: number): string {
  if (index === 0) return `below ${short(edges[0]!)}`;
  if (index === edges.length) return `from ${short(edges.at(-1)!)}`;
  return `${short(edges[index - 1]!)} to ${short(edges[index]!)}`;
}

function categoryBars(current: TextProfile, reference: TextProfile | undefined): Bar[] {
  const labels = [...current.top, ...(reference?.top ?? [])].map(([text]) => text);
  const shown = [...new Set(labels)].slice(0, mostBars);
  const share = (profile: TextProfile, text: string): number =>
    (profile.top.find(([each]) => each === text)?.[1] ?? 0) / Math.max(1, profile.rows - profile.missing);
  const bars = shown.map((label) => ({
    label,
    current: share(current, label),
    ...(reference && { reference: share(reference, label) }),
  }));
  return withRest(bars);
}

function withRest(bars: Bar[]): Bar[] {
  const rest = (of: (bar: Bar) => number) => Math.max(0, 1 - bars.reduce((sum, bar) => sum + of(bar), 0));
  const current = rest((bar) => bar.current);
  if (bars.length === 0 || current < 0.0005) return bars;
  const hasReference = bars[0]!.reference !== undefined;
  return [...bars, { label: "all others", current, ...(hasReference && { reference: rest((bar) => bar.reference!) }) }];
}
