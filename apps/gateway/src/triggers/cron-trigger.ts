import { ProblemError, problemOf, shortDigestOf, type TriggerSpec } from "@millrace/contracts";
import type { Clock, PipelineFile } from "@millrace/service";
import { Cron } from "croner";
import { stateKey, type Begin, type TriggerStates } from "./trigger-state.js";

export type CronSpec = Extract<TriggerSpec, { cron: string }>;

/**
 * Begins a run at each scheduled time, once over all gateways: the time names the run. Of times that passed while nobody
 * looked only the last one is caught up.
 */
export async function lookAtCron(
  file: PipelineFile,
  trigger: CronSpec,
  { states, clock, begin }: { states: TriggerStates; clock: Clock; begin: Begin },
): Promise<void> {
  const now = clock();
  const pipeline = file.spec.name;
  const key = stateKey(file, trigger);
  const { record } = await states.putIfAbsent(key, { pipeline, firedAt: now.toISOString() });
  const scheduled = lastScheduled(trigger, now);
  if (scheduled === undefined || scheduled <= record.value.firedAt!) return;
  await begin(file, { reason: "cron", id: shortDigestOf({ pipeline, trigger, scheduled }) });
  await states.update(key, (current) =>
    current === undefined || current.firedAt! < scheduled ? { ...current, pipeline, firedAt: scheduled } : undefined,
  );
}

/** The last scheduled time that is not in the future. */
export function lastScheduled({ cron, timezone }: CronSpec, now: Date): string | undefined {
  // croner leaves the reference itself out.
  const reference = new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000);
  try {
    return new Cron(cron, { timezone, mode: "5-part" }).previousRuns(1, reference)[0]?.toISOString();
  } catch (error) {
    throw new ProblemError(
      {
        code: "CRON_INVALID",
        where: `cron: "${cron}", timezone: ${timezone}`,
        message: `this is no schedule: ${problemOf(error).message}.`,
        remedy:
          'Write minute, hour, day, month and weekday, such as "0 3 * * *", and a timezone such as Europe/Berlin.',
      },
      { cause: error },
    );
  }
}
