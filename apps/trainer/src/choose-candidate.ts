import { problemOf, ProblemError, type PipelineSpec } from "@millrace/contracts";
import { greaterIsBetter, type MetricName } from "@millrace/learning";
import type { BestOfCandidate } from "./try-candidates.js";

type Select = Pick<PipelineSpec["select"], "metric" | "at_least">;

export interface Choice<Made> {
  readonly candidates: readonly BestOfCandidate[];
  /** Which of the candidates won; −1 where all failed. */
  readonly winner: number;
  /** The floors that it misses: it is the best of those that all miss one. */
  readonly missed: readonly string[];
  readonly made?: Made;
}

/** Makes the best; where that fails the next best: what passed on the folds may still fail on all rows. */
export async function makeBest<Made>(
  candidates: readonly BestOfCandidate[],
  select: Select,
  make: (candidate: Required<BestOfCandidate>, index: number) => Promise<Made>,
): Promise<Choice<Made>> {
  const winner = bestOf(candidates, select);
  if (winner < 0) return { candidates, winner, missed: [] };
  const best = candidates[winner] as Required<BestOfCandidate>;
  try {
    return { candidates, winner, missed: missedBy(best, select), made: await make(best, winner) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { family, params } = best.result;
    return makeBest(candidates.with(winner, { result: { family, params, problem: problemOf(error) } }), select, make);
  }
}

/** The floors that a candidate misses, in words. */
export function missedBy({ result: { metrics = {} } }: BestOfCandidate, { at_least }: Select): string[] {
  return Object.entries(at_least).flatMap(([name, floor]) => {
    const sign = greaterIsBetter(name as MetricName) ? 1 : -1;
    const value = metrics[name];
    if (value !== undefined && sign * (value - floor) >= 0) return [];
    return [`${name} ${value?.toFixed(4) ?? "unknown"} is not ${sign > 0 ? "at least" : "at most"} ${floor}`];
  });
}

/** The first of equals; one that misses a floor only where all do. */
function bestOf(candidates: readonly BestOfCandidate[], select: Select): number {
  const sign = greaterIsBetter(select.metric) ? 1 : -1;
  const value = ({ result: { metrics } }: BestOfCandidate) =>
    metrics === undefined ? -Infinity : sign * metrics[select.metric]!;
  const passing = candidates.filter((one) => one.result.metrics && missedBy(one, select).length === 0);
  const open = passing.length > 0 ? passing : candidates;
  const best = open.reduce<BestOfCandidate | undefined>(
    (best, one) => (value(one) > (best === undefined ? -Infinity : value(best)) ? one : best),
    undefined,
  );
  return best === undefined ? -1 : candidates.indexOf(best);
}
