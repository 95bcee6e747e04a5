import type { modelApproved, modelRejected } from "@millrace/contracts";
import { pipelineSpec, type DataOf, type DeploymentRecord, type ModelVersionRecord } from "@millrace/contracts";
import { deploymentCollection, runServices, versionCollection, writeJson, type StepContext } from "@millrace/service";
import { openStepBench } from "@millrace/testing";

export type Bench = Awaited<ReturnType<typeof openBench>>;
export type Approved = DataOf<typeof modelApproved>;
export type Rejected = DataOf<typeof modelRejected>;

export const openBench = (folder?: string, environment: Record<string, string> = {}) =>
  openStepBench((given) => runServices("test", [], { environment: given }), {
    ...(folder !== undefined && { MILLRACE_DATA_DIR: folder }),
    ...environment,
  });

export const pipeline = pipelineSpec.parse({ name: "iris", source: { path: "a.csv" }, target: { column: "t" } });

/** What the evaluator says of the model of a run; `model` stands for its bytes. */
export async function verdictOf(
  bench: Bench,
  run: string,
  model: string,
  more: Partial<Rejected> = {},
): Promise<Approved & Rejected> {
  const { artifacts, tracking } = bench.platform;
  const { runId } = await tracking.openRun({ key: run, experiment: "iris", name: run });
  const rows = await writeJson(artifacts, "rows", []);
  return {
    ...{ pipeline: "iris", spec: await writeJson(artifacts, "pipeline.json", pipeline), family: "random-forest" },
    dataset: { source: { location: "a" }, rows: { total: 2, train: 1, test: 1 }, train: rows, test: rows },
    package: await writeJson(artifacts, "model.millrace", { model }),
    report: await writeJson(artifacts, "evaluation.json", { run, ...more }),
    ...{ metrics: { f1: 0.8 }, challenger: { f1: 0.7 }, tracking: { runId, experiment: "iris" } },
    ...{ reason: `because of ${run}`, evaluation: 1, failedGates: [] },
    ...more,
  };
}

/** The pipeline with other rules of promotion. */
export const pipelineWith = (promote: object, name = "iris") =>
  pipelineSpec.parse({ name, source: { path: "a.csv" }, target: { column: "t" }, promote });

export const against = (version: number, generation: number) => ({ champion: { version, generation, metrics: {} } });

export const versionsIn = async ({ platform }: Bench): Promise<ModelVersionRecord[]> =>
  (
    await platform.records.records(versionCollection).query({ index: "byModel", equals: { model: "iris" } })
  ).records.map(({ value }) => value);

export const deploymentIn = async ({ platform }: Bench): Promise<DeploymentRecord | undefined> =>
  (await platform.records.records(deploymentCollection).get("iris"))?.value;

/** The tracking server's alias, as the version number of ours to which it points. */
export async function aliasIn(bench: Bench, alias = "champion"): Promise<number | undefined> {
  const tracked = await bench.platform.tracking.getAlias("iris", alias);
  return (await versionsIn(bench)).find(({ trackingVersion }) => trackingVersion === tracked)?.version;
}

type Parts = Pick<StepContext, "records" | "artifacts" | "tracking">;
export const DIED = "the process died here";

/**
 * The same drivers, but work ends at the n-th boundary, as if the process had died there: each write has one boundary
 * before it and one after it. `boundaries` tells how many were met.
 */
export function dyingAt<Context extends Parts>(boundary: number, context: Context): Context & { boundaries(): number } {
  let met = 0;
  const meet = () => {
    if (++met === boundary) throw new Error(DIED);
  };
  const mortal = <Driver extends object>(driver: Driver, methods: readonly string[]): Driver =>
    new Proxy(driver, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || !methods.includes(String(name))) return method;
        return async (...args: unknown[]) => {
          meet();
          const result: unknown = await method.apply(target, args);
          meet();
          return result;
        };
      },
    });
  const writes = ["putIfAbsent", "compareAndSet", "update", "remove"];
  return {
    ...context,
    boundaries: () => met,
    artifacts: mortal(context.artifacts, ["put", "putNamed"]),
    tracking: mortal(context.tracking, ["registerVersion", "tagVersion", "setAlias"]),
    records: { ...context.records, records: (definition) => mortal(context.records.records(definition), writes) },
  };
}
