import { refuseCancelled } from "../data/cancelled.js";
import { ProblemError, problemOf } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { gridSearch } from "./grid-search.js";
import { isHopeless } from "./race.js";
import { randomSearch } from "./random-search.js";
import { requireSpace, type Candidate } from "./search-space.js";
import {
  idOf,
  valueOf,
  type FinishedTrial,
  type Proposal,
  type Strategy,
  type StrategyOptions,
  type TrialResult,
} from "./search-strategy.js";
import { successiveHalving, type HalvingOptions } from "./successive-halving.js";
import { tpeSearch } from "./tpe-search.js";

export type SearchMethod = "grid" | "random" | "halving" | "tpe";

export interface SearchSpec {
  readonly candidates: readonly Candidate[];
  readonly method: SearchMethod;
  /** How many trials at most; with halving, how many begin. A grid without it is tried whole. */
  readonly trials?: number;
  readonly seed: number;
  /** Whether a higher score is the better one. */
  readonly greaterIsBetter: boolean;
  /**
   * How many trials are proposed from the same knowledge, so that as many can be done at once. The trials depend on it, and
   * not on how many are done at once or which is done first.
   */
  readonly round?: number;
  readonly halving?: HalvingOptions;
  /** What is known from before, of this search or of another one: none of it is done again. */
  readonly finished?: readonly FinishedTrial[];
}

export interface TrialPlan extends Proposal {
  readonly id: string;
  /** From 0 on, in the order of the proposals. */
  readonly number: number;
  /** The scores of the best trial of the rounds before: see `isHopeless`. */
  readonly best?: readonly number[];
}

export interface Search {
  /** What to do next; undefined where results have to be told first, or where it is done. */
  ask(): TrialPlan | undefined;
  tell(id: string, result: TrialResult): void;
  /** No trial is left, and none is under way. */
  readonly done: boolean;
  /** In the order of the proposals. */
  readonly finished: readonly FinishedTrial[];
  /** The best trial on all rows and folds. */
  readonly best: FinishedTrial | undefined;
  /** How many trials there will be at most. */
  readonly total: number;
}

const TRIALS = 50;
const ROUND = 4;

/** Opens a search that is asked for trials and told their results. Its trials follow from the spec and the results alone. */
export function openSearch(spec: SearchSpec): Search {
  const sign = spec.greaterIsBetter ? 1 : -1;
  const strategy = strategyOf(spec, sign);
  const known = new Map((spec.finished ?? []).map((trial) => [trial.id, trial]));
  const plans: TrialPlan[] = [];
  const results = new Map<string, FinishedTrial>();
  const waiting: TrialPlan[] = [];
  const underWay = new Map<string, TrialPlan>();
  let [rounds, ended] = [0, false];

  const finished = () => plans.flatMap(({ id }) => results.get(id) ?? []);

  function advance(): void {
    while (!ended && waiting.length === 0 && underWay.size === 0) {
      const before = finished();
      const proposals = strategy.next(before, rounds++);
      ended = proposals.length === 0;
      const best = bestOf(before, sign)?.scores;
      for (const proposal of proposals) place({ ...proposal, id: idOf(proposal), number: plans.length, best });
    }
  }

  function place(plan: TrialPlan): void {
    plans.push(plan);
    const told = known.get(plan.id);
    if (told === undefined) waiting.push(plan);
    else results.set(plan.id, finishedTrial(plan, told));
  }

  function ask(): TrialPlan | undefined {
    advance();
    const plan = waiting.shift();
    if (plan !== undefined) underWay.set(plan.id, plan);
    return plan;
  }

  function tell(id: string, result: TrialResult): void {
    const plan = underWay.get(id) ?? refuseUnknown(id);
    underWay.delete(id);
    results.set(id, finishedTrial(plan, result));
  }

  return {
    ask,
    tell,
    total: strategy.total,
    get done() {
      advance();
      return ended && waiting.length === 0 && underWay.size === 0;
    },
    get finished() {
      return finished();
    },
    get best() {
      return bestOf(finished(), sign);
    },
  };
}

function refuseUnknown(id: string): never {
  throw new ProblemError({
    code: "SEARCH_TRIAL_UNKNOWN",
    message: `there is no trial ${id} under way.`,
    remedy: "Tell the result of a trial once, by the id with which it was asked for.",
  });
}

/** The best of those that were done in full. */
const bestOf = (finished: readonly FinishedTrial[], sign: 1 | -1): FinishedTrial | undefined =>
  finished
    .filter(({ share, stopped, scores }) => share === 1 && !stopped && scores !== undefined)
    .reduce<FinishedTrial | undefined>(
      (best, trial) => (best === undefined || valueOf(trial, sign) > valueOf(best, sign) ? trial : best),
      undefined,
    );

function finishedTrial({ id, family, params, share }: TrialPlan, result: TrialResult): FinishedTrial {
  const { scores, stopped, problem } = result;
  const broken = problem ?? (scores?.every(Number.isFinite) && scores.length > 0 ? undefined : noScore(family));
  if (broken) return { id, family, params, share, problem: broken };
  return { id, family, params, share, scores, ...(stopped && { stopped }) };
}

const noScore = (family: string) => ({
  ...{ code: "SCORE_UNDEFINED", where: family, message: "the metric has no value on at least one fold." },
  remedy: "Send more rows of the rare classes, take fewer folds, or choose another metric.",
});

function strategyOf(spec: SearchSpec, sign: 1 | -1): Strategy {
  const { candidates, method, trials, round = ROUND } = spec;
  if (candidates.length === 0) {
    throw new ProblemError({
      ...{ code: "SEARCH_EMPTY", message: "there is no candidate to try." },
      remedy: "Name at least one model.",
    });
  }
  candidates.forEach(requireSpace);
  const most = trials ?? (method === "grid" ? Infinity : TRIALS);
  const random = seededRandom(spec.seed).fork("search");
  const options: StrategyOptions = { candidates, trials: most, round, sign, random };
  if (method === "halving") return successiveHalving(options, spec.halving ?? {});
  return { grid: gridSearch, random: randomSearch, tpe: tpeSearch }[method](options);
}

export interface SearchOptions {
  /** In milliseconds of `now`; after it no trial is begun. One is always made. */
  readonly budget?: number;
  /** A clock: without one there is no budget. */
  readonly now?: () => number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

export interface SearchOutcome {
  readonly finished: readonly FinishedTrial[];
  readonly best: FinishedTrial | undefined;
  /** Why there are no more trials. */
  readonly ended: "complete" | "out of time";
}

/** Does a plan: `hopeless` says after some folds whether the others can be left out. */
export type Evaluate = (plan: TrialPlan, hopeless: (scores: readonly number[]) => boolean) => TrialResult;

/** Does one trial after another. A trial that fails does not stop the others. */
export function search(spec: SearchSpec, evaluate: Evaluate, options: SearchOptions = {}): SearchOutcome {
  const { budget = Infinity, now = () => 0, onProgress } = options;
  const sign = spec.greaterIsBetter ? 1 : -1;
  const opened = openSearch(spec);
  const started = now();
  let made = 0;
  for (let plan = opened.ask(); plan !== undefined; plan = opened.ask()) {
    refuseCancelled(options.signal, "the search", { done: plan.number, total: opened.total });
    if (made++ > 0 && now() - started >= budget) return outcomeOf(opened, "out of time");
    const { best } = plan;
    const hopeless = (scores: readonly number[]) => best !== undefined && isHopeless(scores, best, sign);
    opened.tell(
      plan.id,
      attempt(plan, (plan) => evaluate(plan, hopeless)),
    );
    onProgress?.(opened.finished.length, opened.total);
  }
  return outcomeOf(opened, "complete");
}

const outcomeOf = ({ finished, best }: Search, ended: SearchOutcome["ended"]): SearchOutcome => ({
  ...{ finished, best, ended },
});

function attempt(plan: TrialPlan, evaluate: (plan: TrialPlan) => TrialResult): TrialResult {
  try {
    return evaluate(plan);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === "LEARNING_CANCELLED") throw error;
    return { problem };
  }
}
