import type { Profile } from "@millrace/drift";
import { barsOf } from "./histogram.js";
import { percent, short } from "./in-words.js";

export interface Change {
  readonly column: string;
  readonly effect: number;
  readonly sentence: string;
}

/** The columns that differ by more than the smallest effect that counts, and by more than chance. */
export function compareColumns(
  reference: Profile,
  current: Profile,
  { effect }: { effect: number; rate: number },
): Change[] {
  const before = new Map(reference.columns.map((column) => [column.name, column]));
  return current.columns.flatMap((column) => {
    const then = before.get(column.name);
    if (then === undefined || then.kind !== column.kind) return [];
    const bars = barsOf(column, then, 5);
    const found = bars.reduce((sum, bar) => sum + Math.abs(bar.current - (bar.reference ?? 0)) / 2, 0);
    const rows = Math.min(column.rows - column.missing, then.rows - then.missing);
    if (rows < 30 || found < Math.max(effect, 2 * Math.sqrt(bars.length / rows))) return [];
    const sentence =
      column.kind === "number" && then.kind === "number"
        ? `its mean is ${short(column.mean ?? NaN)} and was ${short(then.mean ?? NaN)}`
        : mostChanged(bars);
    return [{ column: column.name, effect: found, sentence }];
  });
}

function mostChanged(bars: ReturnType<typeof barsOf>): string {
  const [bar] = [...bars].sort((a, b) => Math.abs(b.current - b.reference!) - Math.abs(a.current - a.reference!));
  return `"${bar!.label}" is ${percent(bar!.current)} of the values and was ${percent(bar!.reference ?? 0)}`;
}
