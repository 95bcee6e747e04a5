import { ascendingOrder } from "../data/ascending-order.js";
import type { Numbers } from "../data/matrix.js";
import { requireFinite } from "./measure.js";

/** The rows by their scores, lowest first. */
export interface Ranking {
  readonly order: Uint32Array;
  /** 1 where the next row of the order has another score: there a group of ties ends. */
  readonly ends: Uint8Array;
}

export function rankingOf(scores: Numbers): Ranking {
  requireFinite(scores, "score");
  const order = ascendingOrder(scores);
  const ends = new Uint8Array(order.length).fill(1);
  for (let index = 0; index + 1 < order.length; index++) {
    if (scores[order[index]!] === scores[order[index + 1]!]) ends[index] = 0;
  }
  return { order, ends };
}

/** A mark of each row, in the order of the ranking. */
export function inOrder(marks: Uint8Array, { order }: Ranking): Uint8Array {
  const sorted = new Uint8Array(order.length);
  for (let index = 0; index < order.length; index++) sorted[index] = marks[order[index]!]!;
  return sorted;
}
