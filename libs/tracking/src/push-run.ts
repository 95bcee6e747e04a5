import { quoted, type MlflowClient } from "@millrace/mlflow-client-ts";
import type { HistoricRun } from "./local-history.js";
import { asking } from "./mlflow-problems.js";
import { loggedMetric } from "./operation.js";
import type { Push } from "./push.js";
import { KEY_TAG } from "./tracking.js";

/** What of a run the server has: written last, so that a run that is broken off is done again. */
const PUSHED_TAG = "millrace.pushed";

/** The digests of runs that were pushed, by experiment and key. */
export async function pushedRuns(
  client: MlflowClient,
  experiments: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const pushed = new Map<string, string>();
  for (const experiment of experiments) {
    const filter = `name = ${quoted(experiment)}`;
    for await (const { experimentId, name } of asked(client.experiments.search({ filter }))) {
      // A run that was deleted there stays deleted.
      for await (const { tags } of asked(client.runs.search({ experimentIds: [experimentId], runs: "ALL" })))
        if (tags[PUSHED_TAG] !== undefined) pushed.set(JSON.stringify([name, tags[KEY_TAG]]), tags[PUSHED_TAG]);
    }
  }
  return pushed;
}

export async function pushRun(
  { client, trackingAt, done, say }: Push,
  run: HistoricRun,
  pushed: ReadonlyMap<string, string>,
  count: string,
): Promise<void> {
  const { experiment, key, name, params, tags, datasets, startedAt, status, digest } = run;
  if (pushed.get(JSON.stringify([experiment, key])) === digest) return void done.known++;
  const about = `${run.metrics.length} metrics, ${run.artifacts.length} artifacts`;
  say(`${count}: ${name} of ${experiment}, ${startedAt.slice(0, 19)} (${about})`);
  const tracking = trackingAt(startedAt);
  const { runId } = await tracking.openRun({ key, experiment, name, params, tags, datasets });
  await tracking.logMetrics(runId, run.metrics.map(loggedMetric));
  for (const path of run.artifacts) await tracking.logArtifact(runId, path, await run.artifact(path));
  if (status !== "RUNNING") await trackingAt(run.endedAt ?? startedAt).closeRun(runId, status);
  await asking(`run ${name}`, () => client.runs.setTag(runId, PUSHED_TAG, digest));
  done.runs++;
}

/** The iterator with errors in the platform's words. */
async function* asked<Item>(items: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  for (;;) {
    const next = await asking("what it has already", () => items.next());
    if (next.done) return;
    yield next.value;
  }
}
