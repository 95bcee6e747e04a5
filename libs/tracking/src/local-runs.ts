import { join } from "node:path";
import { shortDigestOf } from "@millrace/contracts";
import { appendLines, jsonOf, linesOf, readable, writeOnce, writeWhole } from "./files.js";
import { inTurn } from "./in-turn.js";
import { fileNameOf } from "./names.js";
import { newParams, unknownRun } from "./problems.js";
import { KEY_TAG, type LoggedMetric, type RunToOpen, type Tracking } from "./tracking.js";

/** `runs/<id>.json` */
export interface LocalRun {
  runId: string;
  experiment: string;
  name: string;
  status: "RUNNING" | "FINISHED" | "FAILED";
  startedAt: string;
  endedAt?: string;
  params: Record<string, string>;
  tags: Record<string, string>;
}

/** A line of `runs/<id>/metrics.jsonl`. JSON has no NaN and no infinity, so these are written as text. */
export interface LocalMetric {
  key: string;
  step: number;
  value: number | string;
}

export type LocalRuns = Pick<Tracking, "openRun" | "logMetrics" | "logArtifact" | "closeRun"> & {
  run(runId: string): Promise<LocalRun>;
};

export function localRuns(dir: string, clock: () => Date): LocalRuns {
  const pathOf = (runId: string, ...rest: string[]): string => join(dir, "runs", fileNameOf(runId), ...rest);
  const recordOf = (runId: string): string => `${pathOf(runId)}.json`;
  const turn = inTurn();

  async function run(runId: string): Promise<LocalRun> {
    const found = await jsonOf<LocalRun>(recordOf(runId));
    if (found) return found;
    throw unknownRun(runId);
  }

  async function appendNew(runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
    const path = pathOf(runId, "metrics.jsonl");
    const logged = new Set((await linesOf<LocalMetric>(path)).map((metric) => JSON.stringify(metric)));
    const fresh = new Map(metrics.map(toLine).map((line) => [JSON.stringify(line), line]));
    for (const line of logged) fresh.delete(line);
    await appendLines(path, [...fresh.values()]);
  }

  return {
    run,

    async openRun(wanted) {
      const made = newRun(wanted, clock());
      const created = await writeOnce(recordOf(made.runId), readable(made));
      if (!created) newParams(wanted.key, wanted.params, (await run(made.runId)).params);
      return { runId: made.runId };
    },

    async logMetrics(runId, metrics) {
      await run(runId);
      await turn(runId, () => appendNew(runId, metrics));
    },

    async logArtifact(runId, path, bytes) {
      await run(runId);
      await writeWhole(pathOf(runId, "artifacts", ...path.split("/")), bytes);
    },

    async closeRun(runId, status) {
      const open = await run(runId);
      if (open.status === status) return;
      await writeWhole(recordOf(runId), readable({ ...open, status, endedAt: clock().toISOString() }));
    },
  };
}

/** The id follows from the key, so that opening a run again finds it without a search. */
const newRun = ({ key, experiment, name, tags, params }: RunToOpen, now: Date): LocalRun => ({
  runId: shortDigestOf({ experiment, key }),
  experiment,
  name,
  status: "RUNNING",
  startedAt: now.toISOString(),
  params: { ...params },
  tags: { ...tags, [KEY_TAG]: key },
});

const toLine = ({ key, value, step = 0 }: LoggedMetric): LocalMetric => ({
  key,
  step,
  value: Number.isFinite(value) ? value : String(value),
});
