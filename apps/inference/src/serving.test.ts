import { modelDeployed, modelRefused, type CloudEvent } from "@millrace/contracts";
import { call, until } from "@millrace/testing";
import { followDeployments } from "./follow-deployments.js";
import type { Serving } from "./serving.js";
import { deployTo, modelWith, startReplica, type Replica } from "./inference-for-test.js";

let replica: Replica;
const start = async (environment: Record<string, string> = { INFERENCE_LOOK_SECONDS: "60" }) => {
  replica = await startReplica(environment);
};
afterEach(() => replica.stop());

const ask = (x: number) =>
  call<{ model_version: number; prediction: string }>(`${replica.url}/predict`, { features: [x, "a"] });
const serves = (version: number) =>
  until(`version ${version} to serve`, async () => (await ask(0)).body.model_version === version, {
    within: 10_000,
    every: 10,
  });

describe("a replica", () => {
  it("swaps under load: no request fails, and each is answered by one version alone", async () => {
    await start();
    await deployTo(replica, modelWith(-10));
    await serves(1);
    const before = await ask(0);
    const inFlight = Array.from({ length: 200 }, () => ask(0));
    const deployed = deployTo(replica, modelWith(10));
    const answers = [before, ...(await Promise.all(inFlight))];
    await deployed;
    while (answers.at(-1)!.body.model_version !== 2)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(0)))));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const told = new Set(answers.map(({ body }) => `${body.model_version} ${body.prediction}`));
    expect([...told].sort()).toEqual(["1 right", "2 left"]);
  });

  it("swaps again and again under load, a quarter of the packages corrupt, and no request fails", async () => {
    await start();
    await deployTo(replica, modelWith(-10));
    await serves(1);
    let on = true;
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    const connections = Array.from({ length: 4 }, async () => {
      while (on) answers.push(await ask(0));
    });
    const told: string[] = [];
    await replica.platform.bus.listen([modelDeployed.type, modelRefused.type], (event) => void told.push(event.type));
    for (let version = 2; version <= 9; version++) {
      const bytes = modelWith(version % 2 === 0 ? 10 + version : -10 - version);
      if (version % 4 === 0) bytes[bytes.length >> 1]! ^= 1;
      await deployTo(replica, bytes);
      await until(`word of version ${version}`, () => told.length === version - 1);
    }
    on = false;
    await Promise.all(connections);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const said = new Set(answers.map(({ body }) => `${body.model_version % 2} ${body.prediction}`));
    expect([...said].sort()).toEqual(["0 left", "1 right"]);
    expect(told.filter((type) => type === modelRefused.type)).toHaveLength(2);
    expect((await ask(0)).body.model_version).toBe(9);
  });

  it("goes on with the old version when the new package is corrupt, says so, and recovers with the next one", async () => {
    await start();
    await deployTo(replica, modelWith(-10));
    await serves(1);
    const broken = modelWith(10);
    broken[broken.length >> 1]! ^= 1;
    await deployTo(replica, broken);
    const { body } = await until("the problem to show", async () => {
      const models = await call<{ problems: Record<string, { code: string }> }>(`${replica.url}/models`);
      return models.body.problems.sides !== undefined && models;
    });
    expect(body).toMatchObject({ models: [{ version: 1 }], problems: { sides: { code: "PACKAGE_CORRUPT" } } });
    expect(await ask(0)).toMatchObject({ status: 200, body: { model_version: 1, prediction: "right" } });
    await deployTo(replica, modelWith(10));
    await serves(3);
    expect((await call(`${replica.url}/models`)).body.problems).toEqual({});
  });

  it("says why when the only version can't be loaded", async () => {
    await start();
    await deployTo(replica, new TextEncoder().encode("no model"));
    const answer = await until("the reason", async () => {
      const { status, body } = await ask(0);
      return JSON.stringify(body).includes("can't be loaded") && { status, body };
    });
    expect(answer).toMatchObject({ status: 503, body: { code: "MODEL_NOT_LOADED", where: "any model" } });
    expect(JSON.stringify(answer.body)).toContain("it does not begin with MILLRACE");
  });

  it("finds a deployment whose event was lost", async () => {
    await start({ INFERENCE_LOOK_SECONDS: "0.05" });
    await deployTo(replica, modelWith(-10), { tell: false });
    await serves(1);
    await deployTo(replica, modelWith(10), { tell: false });
    await serves(2);
  });

  it("tells which version it answers with, once", async () => {
    await start();
    const heard: CloudEvent[] = [];
    await replica.platform.bus.listen([modelDeployed.type], (event) => void heard.push(event));
    await deployTo(replica, modelWith(0));
    const [event] = await until("model.deployed", () => heard.length > 0 && heard);
    expect(event!.data).toMatchObject({
      model: "sides",
      version: 1,
      generation: 1,
      replica: replica.platform.instance,
    });
    expect(event).toMatchObject({ run: "run-1", pipeline: "sides" });
    await deployTo(replica, modelWith(1));
    await until("the second", () => heard.length > 1);
    expect(heard.map(({ data }) => (data as { version: number }).version)).toEqual([1, 2]);
  });

  it("is ready once it has read the deployment records", async () => {
    await start();
    expect(await call(`${replica.url}/ready`)).toMatchObject({ status: 200, body: { ready: true } });
  });

  it("is not ready while the deployment records can't be read, and looks again", async () => {
    await start();
    let up = false;
    const refresh = async () => {
      if (!up) throw new Error("the store is down");
    };
    const nothing = { refresh, stop: async () => undefined } as Partial<Serving> as Serving;
    const log = { ...replica.platform.log, warn: () => undefined };
    const following = await followDeployments({ ...replica.platform, log }, nothing, { lookEverySeconds: 0.02 });
    expect(following.ready!()).toMatch(/deployment records/);
    up = true;
    await until("the records to be read", () => following.ready!() === undefined);
    await following.stop();
  });
});
