import type { Distances } from "./drift-report.js";

/** What comparing two columns of a kind says of them. */
export interface Compared {
  readonly distances: Distances;
  readonly effect: number;
  readonly p: number;
}

/** Of columns without rows nothing can be said. */
export const unknown: Compared = { distances: { psi: 0, js: 0 }, effect: 0, p: 1 };

/** The smallest p of several tests of the same thing, as large as it has to be because there were several. */
export const smallestOf = (tests: readonly number[]): number => Math.min(1, tests.length * Math.min(...tests));
