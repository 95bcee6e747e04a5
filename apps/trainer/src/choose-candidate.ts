import { problemOf, ProblemError, type PipelineSpec } from "@millrace/contracts";
import { greaterIsBetter } from "@millrace/learning";
import type { CandidateResult } from "./fit-job.js";

export interface Choice<Made> {
  readonly candidates: CandidateResult[];
  /** Which of the candidates won; −1 where all failed. */
  readonly winner: number;
  readonly made?: Made;
}

/** Makes the best; where that fails the next best: what passed on the folds may still fail on all rows. */
export async function makeBest<Made>(
  candidates: CandidateResult[],
  metric: PipelineSpec["select"]["metric"],
  make: (candidate: CandidateResult, index: number) => Promise<Made>,
): Promise<Choice<Made>> {
  const winner = bestOf(candidates, metric);
  if (winner < 0) return { candidates, winner };
  const { family, params } = candidates[winner]!;
  try {
    return { candidates, winner, made: await make(candidates[winner]!, winner) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return makeBest(candidates.with(winner, { family, params, problem: problemOf(error) }), metric, make);
  }
}

/** The first of equals. */
function bestOf(results: readonly CandidateResult[], metric: PipelineSpec["select"]["metric"]): number {
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const scores = results.map(({ metrics }) => (metrics === undefined ? -Infinity : sign * metrics[metric]!));
  const best = Math.max(...scores);
  return best === -Infinity ? -1 : scores.indexOf(best);
}
