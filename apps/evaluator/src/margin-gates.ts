import type { PipelineSpec } from "@millrace/contracts";
import { greaterIsBetter, type MetricName } from "@millrace/learning";
import type { Difference, Differences, Figures } from "./figures.js";
import { entriesOf, intervalText, rounding, type Gate } from "./gate.js";
import { asWritten, digitsThatShow, figure, rangeText, titleOf } from "./in-words.js";

type Asked = Pick<PipelineSpec, "accept" | "select">;

/** Both models on the same rows. */
export interface Contest {
  readonly challenger: Figures;
  readonly champion: Figures;
  readonly differences: Differences;
}

/** Better by the margins that the pipeline sets; without any, not worse by the metric of selection. */
export function marginGates({ accept, select }: Asked, contest: Contest): Gate[] {
  const wanted = entriesOf(accept.better_by);
  const against = wanted.length > 0 ? wanted : [[select.metric, 0] as const];
  return against.map(([metric, margin]) => marginGate(metric, margin, contest, accept));
}

function marginGate(metric: MetricName, margin: number, contest: Contest, accept: PipelineSpec["accept"]): Gate {
  const [mine, theirs] = [contest.challenger[metric]?.value ?? NaN, contest.champion[metric]?.value ?? NaN];
  const isFar = (one: number, other: number) =>
    (greaterIsBetter(metric) ? one - other : other - one) >= margin - rounding;
  const far = isFar(mine, theirs);
  const digits = digitsThatShow((rounded) => isFar(rounded(mine), rounded(theirs)) === far);
  const doubt = far && margin > 0 && accept.significant ? doubtAbout(metric, contest, accept.confidence) : undefined;
  const known = figure(mine, digits) + intervalText(contest.challenger[metric], accept.confidence, digits);
  const stands = `${far ? "is" : "is not"} ${relation(metric, margin, far)} the champion's ${figure(theirs, digits)}`;
  const says = `${titleOf(metric)} ${known} ${stands}${doubt ?? ""}`;
  return { name: `better_by.${metric}`, passed: far && doubt === undefined, says };
}

function relation(metric: MetricName, margin: number, far: boolean): string {
  if (margin === 0) return "at least as good as";
  if (margin < 0) return `no more than ${asWritten(-margin)} worse than`;
  return `${far ? "at least " : ""}${asWritten(margin)} ${greaterIsBetter(metric) ? "above" : "below"}`;
}

/** Why the gain may be luck: the interval of the difference holds a loss, or there is none. */
function doubtAbout(metric: MetricName, { differences }: Contest, confidence: number): string | undefined {
  const found = differences[metric];
  if (found?.low === undefined)
    return `, but whether that is luck can't be told: ${found?.noInterval ?? "it was not measured"}`;
  if (excludesLoss(metric, found)) return undefined;
  const range = rangeText({ low: found.low, high: found.high!, confidence });
  return `, but that may be luck: the difference is ${figure(found.value)} (${range})`;
}

export const excludesLoss = (metric: MetricName, { low, high }: Difference): boolean =>
  greaterIsBetter(metric) ? (low ?? NaN) > 0 : (high ?? NaN) < 0;
