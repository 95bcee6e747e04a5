import { histogram, type Bar as SharedBar, type ColumnProfile } from "@millrace/drift";
import { short } from "./in-words.js";

export interface Bar {
  readonly label: string;
  /** Shares of the values that are there; the reference's is undefined where there is none. */
  readonly current: number;
  readonly reference?: number;
}

const usualBins = 20;
const mostTexts = 12;

/** How often which values come, beside the reference's, in the same bins. None where there are no values. */
export function barsOf(current: ColumnProfile, reference?: ColumnProfile, bins = usualBins): Bar[] {
  const profiles = reference?.kind === current.kind ? [current, reference] : [current];
  const { bars } = histogram(profiles, current.kind === "text" ? mostTexts : bins);
  return bars.map((bar, index) => ({
    label: labelOf(bar, index === 0, index === bars.length - 1),
    current: bar.shares[0]!,
    ...(bar.shares[1] !== undefined && { reference: bar.shares[1] }),
  }));
}

function labelOf({ text, from, to }: SharedBar, isFirst: boolean, isLast: boolean): string {
  if (from === undefined || to === undefined) return text ?? "all others";
  if (isFirst && isLast) return short(from);
  if (isFirst) return `below ${short(to)}`;
  return isLast ? `from ${short(from)}` : `${short(from)} to ${short(to)}`;
}
