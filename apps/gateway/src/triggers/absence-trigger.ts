import {
  dataAbsent,
  dataArrived,
  dataSchemaOf,
  envelope,
  millisecondsOf,
  shortDigestOf,
  stepDone,
  type AnyEvent,
  type CloudEvent,
  type RunRecord,
  type TriggerSpec,
} from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import type { Clock, PipelineFile } from "@millrace/service";
import type { GatewayMetrics } from "../gateway-metrics.js";
import { listRuns, type Runs } from "../run-records.js";
import { stateKey, type TriggerStates } from "./trigger-state.js";

export type AbsenceSpec = Extract<TriggerSpec, { absence: string }>;

export interface AbsenceParts {
  states: TriggerStates;
  runs: Runs;
  bus: Pick<Bus, "publish">;
  metrics: Pick<GatewayMetrics, "absent">;
  clock: Clock;
}

export const ABSENCE_STEP = "absence";

/** Raises data.absent when nothing has arrived for too long, once; the next arrival takes it back. */
export async function lookForAbsence(file: PipelineFile, trigger: AbsenceSpec, parts: AbsenceParts): Promise<void> {
  const { states, clock, metrics } = parts;
  const pipeline = file.spec.name;
  const now = clock();
  const key = stateKey(file, trigger);
  const { record } = await states.putIfAbsent(key, { pipeline, since: now.toISOString() });
  const { since = now.toISOString(), absenceRun } = record.value;
  const arrived = await lastArrivalAfter(since, pipeline, parts.runs);
  const last = arrived ?? since;
  const isAbsent = now.getTime() - Date.parse(last) >= millisecondsOf(trigger.absence);
  if (arrived !== undefined && absenceRun !== undefined) await parts.bus.publish(cleared(pipeline, absenceRun, now));
  const raised = isAbsent ? raise(pipeline, last, trigger, now) : undefined;
  if (raised !== undefined && raised.run !== absenceRun) await parts.bus.publish(raised);
  metrics.absent(pipeline, isAbsent);
  if (last === since && raised?.run === absenceRun) return;
  await states.update(key, (current) => {
    const { absenceRun: _before, ...rest } = { ...current, pipeline, since: last };
    return { ...rest, ...(raised !== undefined && { absenceRun: raised.run! }) };
  });
}

/** The time of the latest arrival of data that is newer than this. */
async function lastArrivalAfter(time: string, pipeline: string, runs: Runs): Promise<string | undefined> {
  for (let after: string | undefined; ;) {
    const page = await listRuns(runs, { pipeline, limit: 50, after });
    for (const { value } of page.records) {
      if (value.startedAt <= time) return undefined;
      if (isArrivalOfData(value)) return value.startedAt;
    }
    if ((after = page.next) === undefined) return undefined;
  }
}

/** A schedule or a wish to retrain begins a run as well, but brings no data. */
function isArrivalOfData({ events }: RunRecord): boolean {
  const reason = (events[dataArrived.type]?.data as { reason?: string } | undefined)?.reason ?? "";
  return dataArrived.type in events && !/^(cron|retraining)/.test(reason);
}

const raise = (pipeline: string, since: string, { absence }: AbsenceSpec, now: Date): CloudEvent =>
  said(dataAbsent, { pipeline, since, absence }, { pipeline, run: absenceRunOf(pipeline, since, absence), time: now });

const absenceRunOf = (pipeline: string, since: string, absence: string): string =>
  `absence-${shortDigestOf({ pipeline, since, absence }, 12)}`;

const cleared = (pipeline: string, run: string, time: Date): CloudEvent =>
  said(stepDone, { step: ABSENCE_STEP }, { pipeline, run, time });

const said = (definition: AnyEvent, data: object, of: { pipeline: string; run: string; time: Date }): CloudEvent => ({
  ...envelope(definition, { type: definition.type, data }, { service: "gateway", step: ABSENCE_STEP, ...of }),
  dataschema: dataSchemaOf(definition),
});
