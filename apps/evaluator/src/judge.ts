import { sentenceOf, type PipelineSpec, type Problem } from "@millrace/contracts";
import { greaterIsBetter, type MetricName } from "@millrace/learning";
import type { Metrics } from "./score.js";

/** 0.85 − 0.8 is a little less than 0.05 in floating point: nobody means that by a margin of 0.05. */
const rounding = 1e-9;

/** The model that serves, as it did on the same rows; without metrics where it can't score them. */
export interface Champion {
  version: number;
  generation: number;
  digest: string;
  metrics?: Metrics;
  problem?: Problem;
}

export interface Judgement {
  failedGates: string[];
  reason: string;
}

interface Gate {
  name: string;
  passed: boolean;
  says: string;
}

/** The verdict and the sentence that gives its reason. Without a champion the floors decide alone. */
export function judge(contest: {
  pipeline: PipelineSpec;
  challenger: Metrics;
  /** On training rows, where the pipeline bounds how much better they may look. */
  training?: Metrics;
  champion?: Champion;
  digest: string;
}): Judgement {
  const { champion, digest } = contest;
  if (champion?.digest === digest) {
    const reason = `The same model as version ${champion.version}, which serves already: nothing to promote.`;
    return { failedGates: ["different"], reason };
  }
  const gates = [...floors(contest.pipeline, contest.challenger), ...overfit(contest), ...margins(contest)];
  const failed = gates.filter(({ passed }) => !passed);
  const told = failed.length > 0 ? failed : gates;
  const { metric } = contest.pipeline.select;
  const unopposed = `${metric} ${show(contest.challenger[metric] ?? NaN)}, with nothing to compare with and no floor set`;
  const verdict = failed.length > 0 ? "Rejected" : "Approved";
  const against = opponent(champion);
  return {
    failedGates: failed.map(({ name }) => name),
    reason: `${verdict}${against}: ${told.map(({ says }) => says).join("; ") || unopposed}.`,
  };
}

function opponent(champion: Champion | undefined): string {
  if (champion === undefined) return " as the first version";
  if (champion.metrics !== undefined) return "";
  const why = champion.problem ? ` (${sentenceOf(champion.problem)})` : "";
  return `; version ${champion.version} can't score these rows${why}`;
}

function floors({ accept }: PipelineSpec, challenger: Metrics): Gate[] {
  return entriesOf(accept.at_least).map(([metric, floor]) => {
    const value = challenger[metric] ?? NaN;
    const passed = greaterIsBetter(metric) ? value >= floor - rounding : value <= floor + rounding;
    const bound = greaterIsBetter(metric) ? "the floor of" : "the ceiling of";
    return {
      name: `at_least.${metric}`,
      passed,
      says: `${metric} ${show(value)} ${passed ? "meets" : "misses"} ${bound} ${floor}`,
    };
  });
}

/** What is much better on the rows that it learned from has learned them by heart. */
function overfit({ pipeline, challenger, training }: Parameters<typeof judge>[0]): Gate[] {
  const { accept, select } = pipeline;
  if (accept.overfit_gap === undefined) return [];
  const [seen, unseen] = [training?.[select.metric] ?? NaN, challenger[select.metric] ?? NaN];
  const gap = greaterIsBetter(select.metric) ? seen - unseen : unseen - seen;
  const passed = gap <= accept.overfit_gap + rounding;
  const both = `${select.metric} ${show(seen)} on training rows and ${show(unseen)} on test rows`;
  const says = `${both} are ${passed ? "no more than" : "more than"} ${accept.overfit_gap} apart`;
  return [{ name: "overfit_gap", passed, says }];
}

/** Against the champion: better by the margins that the pipeline sets; without any, not worse by the metric of selection. */
function margins({ pipeline, challenger, champion }: Parameters<typeof judge>[0]): Gate[] {
  if (champion?.metrics === undefined) return [];
  const wanted = entriesOf(pipeline.accept.better_by);
  const against = wanted.length > 0 ? wanted : [[pipeline.select.metric, 0] as const];
  return against.map(([metric, margin]) => {
    const [mine, theirs] = [challenger[metric] ?? NaN, champion.metrics![metric] ?? NaN];
    const gain = greaterIsBetter(metric) ? mine - theirs : theirs - mine;
    const passed = gain >= margin - rounding;
    const by = margin === 0 ? "at least as good as" : `${margin} better than`;
    return {
      name: `better_by.${metric}`,
      passed,
      says: `${metric} ${show(mine)} is ${passed ? "" : "not "}${by} version ${champion.version}'s ${show(theirs)}`,
    };
  });
}

const entriesOf = (bounds: Partial<Record<MetricName, number>>) => Object.entries(bounds) as [MetricName, number][];

const show = (value: number): string => (Number.isFinite(value) ? String(Number(value.toFixed(4))) : "(unknown)");
