import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipelineSpec, type CloudEvent } from "@millrace/contracts";
import type { PipelineFile } from "@millrace/service";
import { openRecordStore } from "@millrace/storage";
import { foldEvent } from "../fold-event.js";
import { openRuns } from "../run-records.js";
import { runOfArrival } from "./run-of-arrival.js";
import { triggerCollection, type Beginning } from "./trigger-state.js";

/** What triggers need, on a real store, with a clock that is set by hand; what they begin is written down. */
export async function triggersForTest() {
  const root = await mkdtemp(join(tmpdir(), "millrace-triggers-"));
  const store = await openRecordStore({ dir: root });
  const runs = openRuns(store);
  const begun: (Beginning & { run: string })[] = [];
  const published: CloudEvent[] = [];
  const absent = new Map<string, boolean>();
  let now = new Date(Date.UTC(2026, 0, 1));
  const known = new Set<string>();
  let made = 0;

  const fold = (event: CloudEvent) =>
    runs.update(event.run!, (current) => foldEvent(current, event, now.toISOString()));

  /** Writes the page of a run that data have begun. */
  const arrived = (run: string, reason: string, more: object = {}) =>
    fold({
      ...{ specversion: "1.0", id: run, source: "/test", type: "data.arrived", run, pipeline: "churn" },
      ...{ time: now.toISOString(), data: { pipeline: "churn", reason, ...more } },
    });

  async function begin(file: PipelineFile, beginning: Beginning) {
    const run = runOfArrival(beginning.id ?? `made-${++made}`);
    const duplicate = known.has(run);
    known.add(run);
    if (!duplicate) begun.push({ ...beginning, run });
    await arrived(run, beginning.reason);
    return { run, pipeline: file.spec.name, event: beginning.id ?? "", duplicate };
  }

  return {
    ...{ root, runs, begun, published, absent, begin, fold, arrived, states: store.records(triggerCollection) },
    metrics: { absent: (pipeline: string, is: boolean) => void absent.set(pipeline, is) },
    bus: {
      async publish(event: CloudEvent) {
        published.push(event);
        await fold(event);
      },
    },
    clock: () => now,
    at: (time: string) => void (now = new Date(time)),
    arrivals: { last: async () => ({ lastRun: begun.at(-1)?.run }) },
    async close() {
      await store.close();
      await rm(root, { recursive: true });
    },
  };
}

export type TriggersForTest = Awaited<ReturnType<typeof triggersForTest>>;

export const pipelineFile = (more: object = {}): PipelineFile => ({
  spec: pipelineSpec.parse({ name: "churn", source: { path: "churn.csv" }, target: { column: "y" }, ...more }),
  folder: "/pipelines/churn",
});
