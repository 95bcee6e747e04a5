export type Counted = readonly [text: string, count: number];

export interface Frequent {
  add(text: string, count: number): void;
  /** The most frequent ones, and how many values were others. */
  most(limit: number): { readonly top: Counted[]; readonly others: number };
}

/**
 * Counts texts, up to `room` of them exactly. When there are twice as many, the rarer half is counted as others: what comes
 * in more than one of `room` values stays, and what is forgotten of it is what came before it was frequent.
 */
export function openFrequent(room: number): Frequent {
  let counts = new Map<string, number>();
  let forgotten = 0;

  function add(text: string, count: number): void {
    counts.set(text, (counts.get(text) ?? 0) + count);
    if (counts.size < 2 * room) return;
    const { top, others } = most(room);
    counts = new Map(top);
    forgotten = others;
  }

  function most(limit: number): { top: Counted[]; others: number } {
    const sorted = [...counts].sort(moreFrequent);
    const rest = sorted.slice(limit).reduce((sum, [, count]) => sum + count, 0);
    return { top: sorted.slice(0, limit), others: forgotten + rest };
  }
  return { add, most };
}

/** Texts that come as often stand in the order of their code units. */
export const moreFrequent = ([text, count]: Counted, [other, otherCount]: Counted): number =>
  otherCount - count || (text < other ? -1 : text > other ? 1 : 0);
