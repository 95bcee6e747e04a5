import { shortDigestOf, type Problem } from "@millrace/contracts";
import type { Random } from "../data/random.js";
import type { Parameters } from "../models/family.js";
import { countPoints, drawPoint, type Candidate } from "./search-space.js";

/** What is to be tried next. */
export interface Proposal {
  readonly family: string;
  readonly params: Parameters;
  /** Of the rows to learn from. */
  readonly share: number;
}

export interface TrialResult {
  /** One a fold, in the order of the folds; fewer where the trial was stopped. */
  readonly scores?: readonly number[];
  /** It was so far behind that the other folds were left out. */
  readonly stopped?: boolean;
  /** Why there are no scores. */
  readonly problem?: Problem;
}

export interface FinishedTrial extends Proposal, TrialResult {
  readonly id: string;
}

/** Gives the trials of the next round, from the results of all rounds before; none when it has come to its end. */
export interface Strategy {
  next(finished: readonly FinishedTrial[], round: number): readonly Proposal[];
  /** How many trials it will have made at most. */
  readonly total: number;
}

export interface StrategyOptions {
  readonly candidates: readonly Candidate[];
  readonly trials: number;
  /** How many trials are proposed from the same knowledge. */
  readonly round: number;
  /** 1 where more is better, −1 where less is. */
  readonly sign: 1 | -1;
  readonly random: Random;
}

/** The same trial has the same id wherever it is proposed: what is known of it need not be done again. */
export const idOf = ({ family, params, share }: Proposal): string => shortDigestOf({ family, params, share }, 16);

export const proposalOf = ({ family, params }: Candidate, point: Parameters, share = 1): Proposal => ({
  ...{ family, params: { ...params, ...point }, share },
});

/** The mean score, so that more is better; a trial that failed is worse than any. */
export function valueOf({ scores }: TrialResult, sign: 1 | -1): number {
  if (scores === undefined || scores.length === 0) return -Infinity;
  return (sign * scores.reduce((sum, score) => sum + score, 0)) / scores.length;
}

const ATTEMPTS = 100;

/**
 * A point that was not proposed before. In a small space it is looked for until it is found or there is none; `draw` may be
 * cleverer than chance.
 */
export function newProposal(
  candidate: Candidate,
  seen: Set<string>,
  random: Random,
  draw: () => Parameters = () => drawPoint(candidate.space ?? {}, random),
  share = 1,
): Proposal | undefined {
  const attempts = Math.min(ATTEMPTS, 20 * countPoints(candidate.space ?? {}));
  for (let attempt = 0; attempt < attempts; attempt++) {
    // After half of the attempts chance takes over from a draw that comes back to the same points.
    const point = attempt < attempts / 2 ? draw() : drawPoint(candidate.space ?? {}, random);
    const proposal = proposalOf(candidate, point, share);
    const id = idOf(proposal);
    if (seen.has(id)) continue;
    seen.add(id);
    return proposal;
  }
  return undefined;
}

/** By chance, one candidate after another, until there are `count` or no candidate has a new point. */
export function randomProposals(
  candidates: readonly Candidate[],
  count: number,
  seen: Set<string>,
  random: Random,
  options: { first?: number; share?: number } = {},
): Proposal[] {
  const proposals: Proposal[] = [];
  let turn = options.first ?? 0;
  for (let misses = 0; proposals.length < count && misses < candidates.length; turn++) {
    const candidate = candidates[turn % candidates.length]!;
    const proposal = newProposal(candidate, seen, random, undefined, options.share);
    misses = proposal === undefined ? misses + 1 : 0;
    if (proposal !== undefined) proposals.push(proposal);
  }
  return proposals;
}
