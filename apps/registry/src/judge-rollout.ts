import {
  latencyBounds,
  sentenceOf,
  type Rollout,
  type RolloutBudgets,
  type VersionObservation,
} from "@millrace/contracts";
import type { Observed } from "./observed.js";
import { intervalOf, shareOf, surelyLarger, type Count } from "./proportion.js";

export type RolloutVerdict = { act: "advance" } | { act: "wait"; for: string } | { act: "abort"; reason: string };

/** How much longer than its time a step lasts while a budget seems broken, and nobody is sure. */
const PATIENCE = 3;

/**
 * What is to become of a step of a rollout. It is aborted once a budget is surely broken, and goes on when its time is over,
 * enough requests were seen and no budget seems broken.
 */
export function judgeRollout(rollout: Rollout, seen: Observed, now: Date): RolloutVerdict {
  const [refusal] = seen.refusals;
  if (refusal !== undefined) return abort(`${refusal.replica} can't serve it: ${sentenceOf(refusal.problem)}`);
  const found = rollout.plan === undefined ? [] : findings(rollout.plan.budgets, seen);
  const broken = found.find(({ surely }) => surely);
  if (broken !== undefined) return abort(broken.sentence);
  return atItsEnd(rollout, seen, found, (now.getTime() - Date.parse(rollout.since)) / 1000);
}

function atItsEnd(rollout: Rollout, seen: Observed, found: readonly Finding[], seconds: number): RolloutVerdict {
  if (seconds < rollout.stepSeconds) return { act: "wait", for: "its time" };
  const [doubt] = found;
  if (doubt !== undefined && seconds >= PATIENCE * rollout.stepSeconds) return abort(doubt.sentence);
  if (doubt !== undefined) return { act: "wait", for: `certainty: ${doubt.sentence}` };
  const wanted = rollout.plan?.requests ?? 0;
  const { requests } = seen.challenger;
  if (requests < wanted) return { act: "wait", for: `requests: ${requests} of ${wanted} were seen` };
  return { act: "advance" };
}

const abort = (reason: string): RolloutVerdict => ({ act: "abort", reason });

interface Finding {
  surely: boolean;
  sentence: string;
}

/** The budgets that seem to be broken, in the order of how bad that is. */
function findings(budgets: RolloutBudgets, { champion, challenger }: Observed): Finding[] {
  const found = [
    errorsOf(budgets.errors, champion, challenger),
    accuracyOf(budgets.accuracy, champion, challenger),
    slownessOf(0.95, budgets.p95, champion, challenger),
    slownessOf(0.99, budgets.p99, champion, challenger),
    distanceOf(budgets.distance, champion, challenger),
  ];
  return found.filter((finding) => finding !== undefined);
}

function errorsOf(budget: number, champion: VersionObservation, challenger: VersionObservation): Finding | undefined {
  const [before, now] = [failed(champion), failed(challenger)];
  return larger(now, before, budget, `${told(now)} requests fail, against ${told(before)} of the champion's`);
}

const failed = ({ errors, requests }: VersionObservation): Count => ({ hits: errors, of: requests });

function accuracyOf(budget: number, champion: VersionObservation, challenger: VersionObservation): Finding | undefined {
  if (champion.labelled === 0 || challenger.labelled === 0) return undefined;
  const [before, now] = [wrong(champion), wrong(challenger)];
  return larger(
    now,
    before,
    budget,
    `${told(now)} labelled answers are wrong, against ${told(before)} of the champion's`,
  );
}

const wrong = ({ labelled, right }: VersionObservation): Count => ({ hits: labelled - right, of: labelled });

function distanceOf(
  budget: number | undefined,
  champion: VersionObservation,
  challenger: VersionObservation,
): Finding | undefined {
  const [before, now] = [sum(Object.values(champion.predictions)), sum(Object.values(challenger.predictions))];
  if (budget === undefined || before === 0 || now === 0) return undefined;
  const labels = new Set([...Object.keys(champion.predictions), ...Object.keys(challenger.predictions)]);
  const found = [...labels].map((label) => {
    const [a, b] = [countOf(challenger, label, now), countOf(champion, label, before)];
    const sentence = `it answers ${label} to ${told(a)} requests, the champion to ${told(b)}`;
    return larger(a, b, budget, sentence) ?? larger(b, a, budget, sentence);
  });
  return found.find((finding) => finding?.surely) ?? found.find((finding) => finding !== undefined);
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
const countOf = ({ predictions }: VersionObservation, label: string, of: number): Count => ({
  hits: predictions[label] ?? 0,
  of,
});

function larger(a: Count, b: Count, budget: number, sentence: string): Finding | undefined {
  if (a.of === 0 || shareOf(a) - shareOf(b) <= budget) return undefined;
  return { surely: surelyLarger(a, b) > budget, sentence };
}

/** Differences that nobody feels are no reason to abort, however many times the champion's latency they are. */
const NOTICEABLE_MS = 1;

/**
 * Whether more of its requests than may be are slower than the budget allows. Latencies are known by their bounds only: the
 * champion's percentile counts as the upper bound of its place, and the new version's as the lower.
 */
function slownessOf(
  quantile: number,
  times: number,
  champion: VersionObservation,
  challenger: VersionObservation,
): Finding | undefined {
  const usual = upperBound(champion, quantile);
  if (usual === undefined) return undefined;
  const limit = Math.max(usual * times, usual + NOTICEABLE_MS);
  const slow = { hits: sum(slowerThan(challenger, limit)), of: sum(challenger.latencies) };
  if (intervalOf(slow).low <= 1 - quantile) return undefined;
  const sentence = `${told(slow)} requests take longer than ${limit} ms, ${times} times the champion's ${quantile * 100}th percentile`;
  return { surely: true, sentence };
}

const slowerThan = ({ latencies }: VersionObservation, limit: number): number[] =>
  latencies.filter((_, at) => (latencyBounds[at - 1] ?? 0) >= limit);

/** Below which bound the quantile surely lies; undefined where there are too few requests to say so. */
function upperBound({ latencies }: VersionObservation, quantile: number): number | undefined {
  const of = sum(latencies);
  let below = 0;
  for (const [at, bound] of latencyBounds.entries()) {
    below += latencies[at] ?? 0;
    if (of > 0 && intervalOf({ hits: below, of }).low >= quantile) return bound;
  }
  return undefined;
}

const told = (count: Count): string => `${Number((100 * shareOf(count)).toPrecision(3))} % of ${count.of}`;
