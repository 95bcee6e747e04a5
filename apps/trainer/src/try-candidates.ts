import { millisecondsOf } from "@millrace/contracts";
import {
  greaterIsBetter,
  openSearch,
  summary,
  workAll,
  type Candidate,
  type Search,
  type SearchMethod,
  type TrialPlan,
} from "@millrace/learning";
import type { CandidateResult } from "./fit-job.js";
import { isOf, methodOf } from "./search-space.js";
import { jobsOf, trySetting, type TriedSetting, type TryMeans } from "./try-setting.js";

export interface Tried {
  readonly method: SearchMethod;
  /** In the order in which they were proposed. */
  readonly settings: readonly TriedSetting[];
  /** Out of time: what was tried depends on how fast it went. */
  readonly ended: "complete" | "out of time";
}

/** Settings are proposed in rounds, from what the rounds before showed: so what is tried does not depend on who is how fast. */
const ROUND: Record<SearchMethod, number> = { grid: 16, random: 16, tpe: 4, halving: 1 };
/** So many jobs of a training lie in the queue at a time, so that a small training need not wait for all of a large one. */
const WINDOW = 64;
/** With a budget fewer, because what lies there when the time is over was begun in vain. */
const BUDGET_WINDOW = 16;

/** Tries the settings of all candidates on the folds. One that fails does not stop the others. */
export async function tryCandidates(candidates: readonly Candidate[], means: TryMeans): Promise<Tried> {
  const { select, split } = means.pipeline;
  const method = methodOf(select, candidates);
  const search = openSearch({
    ...{ candidates, method, seed: split.seed, round: ROUND[method] },
    ...(select.trials !== undefined && { trials: select.trials }),
    greaterIsBetter: greaterIsBetter(select.metric),
  });
  means.progress.expect(search.total);
  const settings = new Map<string, TriedSetting>();
  const budget = openBudget(select.budget);
  const attempt = async (plan: TrialPlan, outOfTime: AbortSignal) => {
    const tried = await trySetting(plan, means, outOfTime);
    means.progress.end(tried);
    settings.set(plan.id, tried);
    search.tell(plan.id, resultOf(tried, select.metric));
  };
  let late: TrialPlan[] = [];
  while (late.length === 0 && !search.done) {
    const round = nextRound(search);
    late = await budget.within(round, limitOf(round, means, select.budget), attempt);
  }
  // One is always made, however short the time.
  for (const plan of late) if (![...settings.values()].some(isScored)) await attempt(plan, never);
  budget.stop();
  const inOrder = [...settings.values()].sort((a, b) => a.number - b.number);
  return { method, settings: inOrder, ended: late.length > 0 ? "out of time" : "complete" };
}

const never = new AbortController().signal;

/** Each once, also where two candidates propose the same. */
function nextRound(search: Search): TrialPlan[] {
  const plans = new Map<string, TrialPlan>();
  for (let plan = search.ask(); plan !== undefined; plan = search.ask())
    if (!plans.has(plan.id)) plans.set(plan.id, plan);
  return [...plans.values()];
}

const limitOf = ([plan]: readonly TrialPlan[], means: TryMeans, budget: string | undefined): number =>
  plan === undefined ? 1 : Math.ceil((budget === undefined ? WINDOW : BUDGET_WINDOW) / jobsOf(plan, means).length);

/** Does plans until the time is over; gives those that were not begun or not finished by then. */
function openBudget(budget: string | undefined) {
  const over = new AbortController();
  const end = () => over.abort(new OutOfTime());
  const timer = budget === undefined ? undefined : setTimeout(end, millisecondsOf(budget)).unref();
  type Attempt = (plan: TrialPlan, outOfTime: AbortSignal) => Promise<void>;
  async function within(plans: readonly TrialPlan[], limit: number, attempt: Attempt): Promise<TrialPlan[]> {
    const late: TrialPlan[] = [];
    await workAll(plans, limit, async (plan) => {
      if (over.signal.aborted) return void late.push(plan);
      await attempt(plan, over.signal).catch((error: unknown) => {
        if (!(error instanceof OutOfTime)) throw error;
        late.push(plan);
      });
    });
    return late.sort((a, b) => a.number - b.number);
  }
  return { within, stop: () => clearTimeout(timer) };
}

class OutOfTime extends Error {}

export const isScored = ({ problem, stopped, share, folds }: TriedSetting): boolean =>
  problem === undefined && !stopped && share === 1 && folds.length > 0;

function resultOf({ folds, problem, stopped }: TriedSetting, metric: string) {
  if (problem !== undefined) return { problem };
  return { scores: folds.map((fold) => fold[metric]!), ...(stopped && { stopped }) };
}

/** Each candidate by the best of its settings; without one, by what went wrong with the first of them. */
export function bestOfEach(candidates: readonly Candidate[], { settings }: Tried, metric: string): BestOfCandidate[] {
  const sign = greaterIsBetter(metric as Parameters<typeof greaterIsBetter>[0]) ? 1 : -1;
  return candidates.map((candidate) => {
    const own = settings.filter((setting) => isOf(candidate, setting));
    const scored = own.filter(isScored).map((setting) => ({ setting, ...summary([...setting.folds]) }));
    const best = scored.reduce<(typeof scored)[0] | undefined>(
      (best, one) => (best && sign * (best.mean[metric]! - one.mean[metric]!) >= 0 ? best : one),
      undefined,
    );
    const trials = candidate.space === undefined ? {} : { trials: own.length };
    if (best === undefined) return { result: { ...failureOf(candidate, own), ...trials } };
    const { setting, mean, deviation } = best;
    const { family, params } = setting;
    return { setting, result: { family, params, metrics: mean, deviation, ...trials } };
  });
}

export interface BestOfCandidate {
  readonly result: CandidateResult;
  readonly setting?: TriedSetting;
}

function failureOf({ family, params = {} }: Candidate, own: readonly TriedSetting[]): CandidateResult {
  const failed = own.find(({ problem }) => problem !== undefined);
  if (failed?.problem !== undefined) return { family, params: failed.params, problem: failed.problem };
  const stopped = own.length > 0;
  const problem = {
    code: stopped ? "CANDIDATE_STOPPED" : "CANDIDATE_NOT_TRIED",
    message: stopped
      ? "all of its settings were so far behind that they were not tried to the end."
      : "the time was over before its turn came.",
    remedy: stopped ? "Nothing has to be done: another candidate is better." : "Raise select.budget.",
  };
  return { family, params, problem };
}
