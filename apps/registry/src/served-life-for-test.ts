import {
  envelope,
  modelApproved,
  rollbackRequested,
  versionDecided,
  type AnyEvent,
  type CloudEvent,
  type DeploymentRecord,
  type Emission,
} from "@millrace/contracts";
import { deploymentCollection, generationCollection, versionCollection, writeJson } from "@millrace/service";
import { until } from "@millrace/testing";
import { seeded } from "./faults-for-test.js";
import { allOf, observe, type Life } from "./life-for-test.js";
import { against, pipelineWith, verdictOf, type Bench } from "./registry-for-test.js";

const within = { within: 180_000, every: 100 };

/**
 * The same life as `liveThrough`, of a model at registries that are processes of their own and may die or stand still at any
 * time: all that is done here is to say what others would say, each of it twice, and to look at what comes of it.
 */
export async function liveAtServers(seed: number, bench: Bench, said: CloudEvent[]): Promise<Life> {
  const draw = seeded(seed);
  const model = `model-${seed}-${Date.now().toString(36)}`;
  const { records, tracking, bus, artifacts } = bench.platform;
  const say = async (definition: AnyEvent, emission: Emission, run: string, id?: string) => {
    const from = { service: "test", step: "test", run: `${model}-${run}`, pipeline: model, time: new Date() };
    const event = { ...envelope(definition, emission, from), ...(id !== undefined && { id: `${model}-${id}` }) };
    await Promise.all([bus.publish(event), bus.publish(event)]);
  };
  const deployment = async () => (await records.records(deploymentCollection).get(model))?.value;
  const versions = () => allOf(records.records(versionCollection), model);
  const generations = () => allOf(records.records(generationCollection), model);
  const approve = async (run: string, promotion: object = {}) => {
    const current = await deployment();
    const verdict = await verdictOf(bench, `${model}-${run}`, `${model}-${run}`);
    const spec = await writeJson(artifacts, "pipeline.json", pipelineWith(promotion, model));
    const champion = current === undefined ? {} : against(current.champion.version, current.generation);
    const { failedGates: _none, ...approved } = { ...verdict, pipeline: model, spec, ...champion };
    await say(modelApproved, modelApproved(approved), run);
  };
  const decide = (approved: boolean, id: string) =>
    say(versionDecided, versionDecided({ pipeline: model, model, version: 2, approved, by: id, reason: id }), id, id);
  // A registry that dies in between has written the generation down, and not yet that it is the one that serves.
  const serves = async (is: (change: DeploymentRecord["change"]) => boolean) => {
    const made = (await generations()).find(({ change }) => is(change));
    return made !== undefined && (await deployment())!.generation >= made.generation;
  };

  await approve("a");
  await until("the first champion", deployment, within);
  await approve("b", { approval: "manual" });
  await until("b to wait", async () => (await versions())[1]?.awaiting === "approval", within);
  await Promise.all([decide(true, "yes"), draw() < 0.5 ? decide(false, "no") : undefined]);
  await until(
    "a decision to be done",
    async () => {
      const decision = (await versions())[1]?.decision;
      return decision && (!decision.approved || (await deployment())?.champion.version === 2);
    },
    within,
  );
  await approve("c", { canary: [50, 100], every: "1s", requests: 10 });
  await until("the rollout", () => serves((change) => change?.kind === "rollout-begun"), within);
  const bad = draw() < 0.3;
  if (draw() < 0.3) {
    const { generation } = (await deployment())!;
    await say(rollbackRequested, rollbackRequested({ model, generation, reason: "complaints" }), "back");
  }
  await until(
    "the end of the rollout",
    async () => {
      await observe((await deployment())!, bad, records);
      return serves(isEnd);
    },
    within,
  );
  const left = async (): Promise<Life> => ({
    ...{ model, versions: await versions(), said, deployment: (await deployment())! },
    ...{ alias: await tracking.getAlias(model, "champion"), generations: await generations() },
    approved: (await versions())[1]?.decision?.event === `${model}-yes`,
  });
  await until("everything to be said and mirrored", async () => isSettled(await left()), within).catch(() => undefined);
  return left();
}

/** Whoever died leaves it to the next registry to mirror the alias and to tell the end. */
function isSettled({ versions, deployment, alias, said, model, generations }: Life): boolean {
  const serving = versions.find(({ version }) => version === deployment.champion.version);
  const { generation } = generations.findLast(({ change }) => isEnd(change)) ?? { generation: 0 };
  const tells = (data: Partial<DeploymentRecord>) => data.model === model && data.generation === generation;
  return alias === serving?.trackingVersion && said.some(({ data }) => tells(data as Partial<DeploymentRecord>));
}

const isEnd = (change: DeploymentRecord["change"]): boolean =>
  change?.kind === "rollout-completed" || change?.takenBack !== undefined;
