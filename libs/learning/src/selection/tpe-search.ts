import type { Random } from "../data/random.js";
import type { Parameters, ParameterValue } from "../models/family.js";
import { choiceDensity, drawIndex, rangeDensity, type Density } from "./parzen.js";
import { isChoice, type Candidate, type Dimension } from "./search-space.js";
import {
  newProposal,
  randomProposals,
  valueOf,
  type FinishedTrial,
  type Proposal,
  type Strategy,
  type StrategyOptions,
} from "./search-strategy.js";

/** Trials by chance before there is anything to learn from, at least so many a candidate. */
const STARTUP = 10;
const STARTUP_EACH = 3;
/** The best trials, as a share of all; not more of them than this. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;

/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011): one density of the good trials and one of the others; what is
 * tried next is likely under the first and unlikely under the second. The first branch of the tree is the candidate.
 */
export function tpeSearch(options: StrategyOptions): Strategy {
  const { candidates, trials, round, random } = options;
  const startup = Math.min(trials, Math.max(STARTUP, STARTUP_EACH * candidates.length));
  return {
    total: trials,
    next(finished, number) {
      const seen = new Set(finished.map(({ id }) => id));
      const draw = random.fork(`round ${number}`);
      const first = finished.length;
      if (first < startup) return randomProposals(candidates, Math.min(round, startup - first), seen, draw, { first });
      return clever(options, finished, Math.min(round, trials - first), seen, draw);
    },
  };
}

function clever(
  { candidates, sign }: StrategyOptions,
  finished: readonly FinishedTrial[],
  count: number,
  seen: Set<string>,
  random: Random,
): Proposal[] {
  const branches = candidates.map((candidate) => ({ candidate, good: [] as Parameters[], others: [] as Parameters[] }));
  const ranked = [...finished].sort((a, b) => valueOf(b, sign) - valueOf(a, sign));
  const good = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * ranked.length));
  ranked.forEach((trial, rank) => {
    const branch = branches.find(({ candidate }) => isOf(trial, candidate));
    branch?.[rank < good && trial.problem === undefined ? "good" : "others"].push(trial.params);
  });
  const proposals: Proposal[] = [];
  const open = [...branches];
  while (proposals.length < count && open.length > 0) {
    const chosen = drawIndex(
      open.map(({ good }) => good.length + 1),
      random,
    );
    const proposal = propose(open[chosen]!, seen, random);
    if (proposal === undefined) open.splice(chosen, 1);
    else proposals.push(proposal);
  }
  return proposals;
}

/** Candidates of one family differ in what of them is fixed. */
const isOf = (trial: Proposal, { family, params = {} }: Candidate): boolean =>
  trial.family === family &&
  Object.entries(params).every(([name, value]) => JSON.stringify(trial.params[name]) === JSON.stringify(value));

interface Branch {
  readonly candidate: Candidate;
  readonly good: readonly Parameters[];
  readonly others: readonly Parameters[];
}

function propose({ candidate, good, others }: Branch, seen: Set<string>, random: Random): Proposal | undefined {
  const dimensions = Object.entries(candidate.space ?? {}).map(([name, dimension]) => ({
    name,
    likely: densityOf(dimension, good, name),
    unlikely: densityOf(dimension, others, name),
  }));
  const promising = (): Parameters =>
    Object.fromEntries(dimensions.map(({ name, likely, unlikely }) => [name, bestDraw(likely, unlikely, random)]));
  return newProposal(candidate, seen, random, promising);
}

function densityOf(dimension: Dimension, points: readonly Parameters[], name: string): Density<ParameterValue> {
  const values = points.map((point) => point[name]!);
  if (isChoice(dimension)) return choiceDensity(dimension, values);
  return rangeDensity(dimension, values as number[]) as Density<ParameterValue>;
}

function bestDraw(likely: Density<ParameterValue>, unlikely: Density<ParameterValue>, random: Random): ParameterValue {
  const draws = Array.from({ length: likely.draws }, () => likely.draw(random));
  const promise = draws.map((value) => likely.logOf(value) - unlikely.logOf(value));
  return draws[promise.indexOf(Math.max(...promise))]!;
}
