import type { CloudEvent, DeploymentRecord, ModelVersionRecord, RolloutObservation } from "@millrace/contracts";
import {
  deploymentCollection,
  generationCollection,
  rolloutObservationCollection,
  versionCollection,
  type StepContext,
} from "@millrace/service";
import type { Records } from "@millrace/storage";
import { decide } from "./decide.js";
import { faulty, seeded, untilDone, type Fault } from "./faults-for-test.js";
import { keepRollouts } from "./keep-rollouts.js";
import { promote } from "./promote.js";
import { against, pipelineWith, verdictOf, type Bench } from "./registry-for-test.js";
import { releaseWaiting } from "./release-waiting.js";
import { rollBack } from "./roll-back.js";
import { tellDeployments } from "./tell-deployments.js";

/** What is left of a model's life: what there is to check. */
export interface Life {
  model: string;
  versions: ModelVersionRecord[];
  generations: DeploymentRecord[];
  deployment: DeploymentRecord;
  alias: string | undefined;
  said: CloudEvent[];
  /** Whether the operator's yes was the first word. */
  approved: boolean;
}

interface LifeOptions {
  /** How many calls fail after their work. */
  share?: number;
  publish?(event: CloudEvent): Promise<void>;
}

/**
 * The life of one model at two registries whose calls fail after they did their work: a first version, one that is approved
 * and refused at the same time, a canary with a third registry that stands still in it, a rollback. The seed says what
 * happens when. Registries look after all models, so what they say is heard in one place.
 */
export async function liveThrough(
  seed: number,
  bench: Bench,
  said: CloudEvent[],
  { share = 0.15, publish = async () => undefined }: LifeOptions = {},
): Promise<Life> {
  const draw = seeded(seed);
  const model = `model-${seed}-${Date.now().toString(36)}`;
  const bus = {
    async publish(event: CloudEvent): Promise<void> {
      await publish(event);
      said.push(event);
    },
  };
  const { records, tracking } = bench.platform;
  let late = 0;
  const clock = () => new Date(Date.now() + late);
  const spec = (promotion: object) => pipelineWith(promotion, model);
  const fault = (more: Partial<Fault> = {}): Fault => ({ draw, share, ...more });
  const contextOf = (run: string, promotion: object = {}, id = "") => {
    const event = { specversion: "1.0" as const, id, source: "/test", type: "test", data: {} };
    return faulty(bench.context({ run: `${model}-${run}`, pipeline: spec(promotion), event }), fault());
  };
  // Twice at once: a message that was delivered to two registries.
  const twice = (act: () => Promise<unknown>) => Promise.all([untilDone(act), untilDone(act)]);
  const approve = async (run: string, champion: object, promotion: object = {}) => {
    const verdict = { ...(await verdictOf(bench, `${model}-${run}`, run)), pipeline: model, ...champion };
    return twice(() => promote.run(verdict, contextOf(run, promotion)));
  };
  const word = (run: string, approved: boolean, id: string) => {
    const data = { pipeline: model, model, version: 2, approved, by: id, reason: id };
    return twice(() => decide.run(data, contextOf(run, {}, id)));
  };
  const look = async (platform: Bench["platform"]) => {
    await keepRollouts({ ...platform, clock, bus } as never);
    await tellDeployments({ ...platform, clock, bus } as never);
    await releaseWaiting({ ...platform, clock, bus } as never);
  };
  const faultyPlatform = (more: Partial<Fault> = {}) => faulty({ ...bench.platform, bus: bus as never }, fault(more));
  const now = async () => (await records.records(deploymentCollection).get(model))!.value;
  const current = async () => {
    const { champion, generation } = await now();
    return against(champion.version, generation);
  };

  await approve("a", {});
  await approve("b", await current(), { approval: "manual" });
  await Promise.all([word("b", true, "yes"), draw() < 0.5 ? word("b", false, "no") : undefined]);
  await approve("c", await current(), { canary: [10, 50, 100], every: "60s", requests: 10 });

  let resume = () => {};
  const until = new Promise<void>((resolve) => (resume = resolve));
  const stopAt = { call: 1 + Math.floor(draw() * 25), until };
  late += 61_000;
  await observe(await now(), draw() < 0.3, records);
  const zombie = look(faultyPlatform({ stopAt, share: 0 })).catch(() => undefined);
  const lookAtLast = async () => {
    const platform = faultyPlatform();
    await Promise.all([look(platform).catch(() => undefined), look(faultyPlatform()).catch(() => undefined)]);
  };
  const back = async () => {
    const { generation } = await now();
    const wish = { model, generation, reason: "complaints" };
    await twice(() => rollBack.run(wish, contextOf("back") as never)).catch(() => undefined);
  };
  await Promise.all([lookAtLast(), draw() < 0.3 ? back() : undefined]);
  for (let round = 0; round < 50 && (await now()).rollout !== undefined; round++) {
    late += 61_000;
    await observe(await now(), false, records);
    await lookAtLast();
  }
  resume();
  await zombie;
  late += 61_000;
  await look(bench.platform);

  const versions = await allOf(records.records(versionCollection), model);
  return {
    ...{ model, versions, said, deployment: await now(), alias: await tracking.getAlias(model, "champion") },
    generations: await allOf(records.records(generationCollection), model),
    approved: versions[1]?.decision?.event === "yes",
  };
}

export async function observe(
  { model, generation, rollout }: DeploymentRecord,
  bad: boolean,
  records: StepContext["records"],
) {
  if (rollout === undefined) return;
  const counts = { latencies: [], predictions: {}, labelled: 0, right: 0 };
  const seen: RolloutObservation = {
    ...{ model, generation, replica: "one", updatedAt: "" },
    ...{
      champion: { ...counts, requests: 1000, errors: 0 },
      challenger: { ...counts, requests: 500, errors: bad ? 400 : 0 },
    },
  };
  await records.records(rolloutObservationCollection).update(`${model}@${generation}@one`, () => seen);
}

export async function allOf<T extends { model: string }>(records: Records<T>, model: string): Promise<T[]> {
  const query = { index: "byModel", equals: { model } as Partial<T>, limit: 100 };
  return (await records.query(query)).records.map(({ value }) => value);
}
