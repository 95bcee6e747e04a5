import { tagEquals, type DatasetInput, type MlflowClient, type Run } from "@millrace/mlflow-client-ts";
import { keyOfRun } from "./by-key.js";
import { inTurn } from "./in-turn.js";
import { asking } from "./mlflow-problems.js";
import { newParams, unknownRun } from "./problems.js";
import { KEY_TAG, type RunToOpen, type Tracking } from "./tracking.js";

export type MlflowRuns = Pick<Tracking, "openRun" | "logMetrics" | "logArtifact" | "closeRun"> & {
  /** By the server's id, or by its key. */
  run(runId: string): Promise<Run>;
};

const MOST_REMEMBERED = 1_000;

export function mlflowRuns(client: MlflowClient, clock: () => Date): MlflowRuns {
  const turn = inTurn();
  const opened = new Map<string, Run>();

  async function run(runId: string): Promise<Run> {
    const key = keyOfRun(runId);
    const known = opened.get(runId) ?? (await about(runId, () => (key ? byKey(key) : client.runs.get(runId))));
    remember(runId, known);
    return known;
  }

  // Another process opened it while MLflow was away, and is not here yet: whoever comes first makes it.
  const byKey = (of: { experiment: string; key: string }): Promise<Run> =>
    findOrCreate(client, { ...of, name: of.key }, clock());

  function remember(runId: string, known: Run): void {
    opened.set(runId, known);
    if (opened.size > MOST_REMEMBERED) opened.delete(opened.keys().next().value!);
  }

  return {
    run,

    openRun: (wanted) =>
      turn(JSON.stringify([wanted.experiment, wanted.key]), () =>
        asking(`run ${wanted.name}`, async () => {
          const found = await findOrCreate(client, wanted, clock());
          const params = newParams(wanted.key, wanted.params, found.params);
          await client.runs.logBatch(found.runId, { params, tags: newTags(wanted, found) });
          if (found.runName !== wanted.name) await client.runs.update(found.runId, { runName: wanted.name });
          const datasets = newDatasets(wanted, found);
          if (datasets.length > 0) await client.runs.logInputs(found.runId, datasets);
          remember(found.runId, found);
          return { runId: found.runId };
        }),
      ),

    // MLflow keeps one of equal points. Every point has the run's own start as its time, so that points logged again by a
    // repeated step are equal to the first ones; the order of points is their step's.
    async logMetrics(runId, metrics) {
      const { startTime = new Date(0), runId: id } = await run(runId);
      const points = metrics.map((metric) => ({ ...metric, timestamp: startTime }));
      await about(runId, () => client.runs.logBatch(id, { metrics: points }));
    },

    async logArtifact(runId, path, bytes) {
      const { artifactUri } = await run(runId);
      await about(runId, () => client.artifacts.upload(artifactUri, path, bytes));
    },

    async closeRun(runId, status) {
      const { runId: id } = keyOfRun(runId) ? await run(runId) : { runId };
      await about(runId, () => client.runs.terminate(id, status, clock()));
      opened.delete(runId);
    },
  };
}

/** Those that a run lacks which somebody else began for it. */
const newTags = ({ tags = {} }: RunToOpen, found: Run): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([tag, value]) => found.tags[tag] !== value));

const newDatasets = ({ datasets = [] }: RunToOpen, found: Run): DatasetInput[] =>
  datasets
    .map((dataset) => ({ ...dataset, digest: shortened(dataset.digest) }))
    .filter(({ name, digest }) => !found.datasets.some((known) => known.name === name && known.digest === digest))
    .map((dataset) => ({
      ...dataset,
      sourceType: /^([a-z][a-z0-9+.-]*):/i.exec(dataset.source)?.[1] ?? "local",
      source: JSON.stringify({ uri: dataset.source }),
    }));

/** MLflow takes 36 characters of a digest. */
const shortened = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 36);

const about = <Answer>(runId: string, ask: () => Promise<Answer>): Promise<Answer> =>
  asking(`run ${runId}`, ask, () => unknownRun(runId));

/**
 * MLflow has no put-if-absent: of two processes that open the same key in the same instant each may make a run. After its
 * own creation each looks again and takes the earliest, so the other one stays empty, and later openings agree.
 */
async function findOrCreate(client: MlflowClient, wanted: RunToOpen, startTime: Date): Promise<Run> {
  const { experimentId } = await client.experiments.getOrCreate({ name: wanted.experiment });
  const earlier = await earliest(client, experimentId, wanted.key);
  if (earlier) return earlier;
  const tags = { ...wanted.tags, [KEY_TAG]: wanted.key };
  const made = await client.runs.create({ experimentId, runName: wanted.name, startTime, tags });
  return (await earliest(client, experimentId, wanted.key)) ?? made;
}

async function earliest(client: MlflowClient, experimentId: string, key: string): Promise<Run | undefined> {
  const orderBy = ["attributes.start_time ASC", "attributes.run_id ASC"];
  const search = { experimentIds: [experimentId], filter: tagEquals(KEY_TAG, key), orderBy, pageSize: 10 };
  for await (const found of client.runs.search(search)) {
    // Some databases compare without regard to case.
    if (found.tags[KEY_TAG] === key) return found;
  }
  return undefined;
}
