import { join } from "node:path";
import { canonicalJson, shortDigestOf } from "@millrace/contracts";
import { appendLines, jsonOf, linesOf, readable, writeOnce, writeWhole } from "./files.js";
import { inTurn } from "./in-turn.js";
import { fileNameOf } from "./names.js";
import { newParams, unknownRun } from "./problems.js";
import { savedMetric, type SavedMetric } from "./operation.js";
import { KEY_TAG, type LoggedDataset, type LoggedMetric, type RunToOpen, type Tracking } from "./tracking.js";

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
  datasets?: readonly LoggedDataset[];
}

/** A line of `runs/<id>/metrics.jsonl`. */
export type LocalMetric = SavedMetric;

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
    const fresh = new Map(metrics.map(savedMetric).map((line) => [JSON.stringify(line), line]));
    for (const line of logged) fresh.delete(line);
    await appendLines(path, [...fresh.values()]);
  }

  async function addTo(runId: string, { key, params, tags, datasets }: RunToOpen): Promise<void> {
    const open = await run(runId);
    const added = newParams(key, params, open.params);
    const changed = {
      ...open,
      params: { ...open.params, ...added },
      tags: { ...open.tags, ...tags },
      ...(datasets && { datasets }),
    };
    if (canonicalJson(changed) !== canonicalJson(open)) await writeWhole(recordOf(runId), readable(changed));
  }

  return {
    run,

    async openRun(wanted) {
      const made = newRun(wanted, clock());
      const created = await writeOnce(recordOf(made.runId), readable(made));
      if (!created) await turn(made.runId, () => addTo(made.runId, wanted));
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
const newRun = ({ key, experiment, name, tags, params, datasets }: RunToOpen, now: Date): LocalRun => ({
  runId: shortDigestOf({ experiment, key }),
  experiment,
  name,
  status: "RUNNING",
  startedAt: now.toISOString(),
  params: { ...params },
  tags: { ...tags, [KEY_TAG]: key },
  ...(datasets && { datasets }),
});
