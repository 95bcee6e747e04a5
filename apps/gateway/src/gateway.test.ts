import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CLOUD_EVENT_MEDIA_TYPE,
  dataArrived,
  modelRolledBack,
  ProblemError,
  rollbackRequested,
  type CloudEvent,
  type DeploymentRecord,
  type ModelVersionRecord,
} from "@millrace/contracts";
import {
  defineService,
  deploymentCollection,
  step,
  versionCollection,
  versionKey,
  type ServiceDefinition,
} from "@millrace/service";
import { fixtures as say } from "./flow-fixtures.js";
import { eventually, startGateway, type GatewayForTest } from "./gateway-for-test.js";

const ref = say.promoted().data.package;
const deploymentOf = (model: string, { version, run = "r" }: { version: number; run?: string }): DeploymentRecord => ({
  ...{ model, generation: 2, champion: { version, package: ref }, alias: "champion", run, reason: "x" },
  updatedAt: "2026-01-01T00:00:00.000Z",
});
const cloudEvent = (id: string, type = "data.arrived", data: unknown = { pipeline: "churn" }) =>
  JSON.stringify({ specversion: "1.0", id, source: "/test", type, data });

describe("the gateway", () => {
  let gateway: GatewayForTest;
  const heard: CloudEvent[] = [];

  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.platform.bus.listen(["#"], (event) => void heard.push(event));
  });
  afterAll(() => gateway.stop());

  const deployments = () => gateway.platform.records.records(deploymentCollection);
  const sendEvent = (body: string) => gateway.call("POST", "/events", body, { "content-type": CLOUD_EVENT_MEDIA_TYPE });
  const publish = async (...events: CloudEvent[]) => {
    for (const event of events) await gateway.platform.bus.publish(event);
  };
  const runWith = (run: string, status: string) =>
    eventually(`${run} ${status}`, async () => {
      const { body } = await gateway.call("GET", `/runs/${run}`);
      return body.status === status && body;
    });

  it("begins one run for the same event sent five times, and publishes it once", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => sendEvent(cloudEvent("five"))));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.run)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    const { run } = answers[0]!.body;
    await eventually("the event", async () => heard.some((event) => event.run === run));
    expect(heard.filter((event) => event.run === run)).toHaveLength(1);
  });

  it("refuses an event that no service waits for, and names those that one does", async () => {
    const unknown = await sendEvent(cloudEvent("x", "data.arived"));
    expect(unknown).toMatchObject({
      status: 400,
      body: { code: "EVENT_UNKNOWN", remedy: expect.stringContaining("data.arrived") },
    });
    expect((await sendEvent(cloudEvent("y", "model.promoted"))).body.code).toBe("EVENT_UNKNOWN");
    expect(await sendEvent(cloudEvent("z", "data.arrived", {}))).toMatchObject({
      status: 400,
      body: { code: "EVENT_DATA_INVALID" },
    });
    expect((await sendEvent("{")).status).toBe(400);
  });

  it("answers at once that a pipeline is unknown, and which ones there are", async () => {
    const answer = await gateway.call("POST", "/events", { pipeline: "chrun" });
    expect(answer).toMatchObject({
      status: 404,
      body: { code: "PIPELINE_UNKNOWN", remedy: expect.stringContaining("churn") },
    });
  });

  it("takes the same arrival for one run, and changed data or configuration for another", async () => {
    const arrive = async () => (await gateway.call("POST", "/events", { pipeline: "churn" })).body;
    const [first, second] = [await arrive(), await arrive()];
    expect(second).toEqual({ ...first, duplicate: true });
    await writeFile(join(gateway.pipelinesDir, "churn/churn.csv"), "a,b\n1,2\n3,4\n");
    const changedData = await arrive();
    expect(changedData).toMatchObject({ duplicate: false });
    expect(changedData.run).not.toBe(first.run);
  });

  it("puts the absolute path of a source into the event", async () => {
    await writeFile(join(gateway.pipelinesDir, "churn/more.csv"), "a,b\n5,6\n");
    const { body } = await gateway.call("POST", "/events", { pipeline: "churn", source: "more.csv", reason: "test" });
    const run = await gateway.call("GET", `/runs/${body.run}`);
    expect(run.body.events["data.arrived"].data).toEqual({
      ...{ pipeline: "churn", reason: "test" },
      source: join(gateway.pipelinesDir, "churn/more.csv"),
    });
  });

  it("begins a new run each time when asked to, unless the key is the same", async () => {
    const begin = (key?: string, body = {}) =>
      gateway.call("POST", "/pipelines/churn/runs", body, key ? { "idempotency-key": key } : {});
    const runs = [await begin(), await begin(), await begin("k1"), await begin("k1")].map(({ body }) => body.run);
    expect(new Set(runs).size).toBe(3);
    expect(runs[2]).toBe(runs[3]);
    const reused = await begin("k1", { source: "other.csv" });
    expect(reused).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  });

  it("writes every event of a run down, and lists runs by pipeline and status, page by page", async () => {
    await publish(say.arrived(), say.ingested(), say.datasetRejected());
    expect(await runWith("run-1", "rejected")).toMatchObject({ summary: "dataset rejected: column age is missing" });
    const { body } = await gateway.call("GET", "/runs?status=rejected&pipeline=churn");
    expect(body.runs).toEqual([expect.objectContaining({ run: "run-1", pipeline: "churn" })]);
    const first = (await gateway.call("GET", "/runs?limit=2")).body;
    const second = (await gateway.call("GET", `/runs?limit=2&after=${first.next}`)).body;
    expect(first.runs).toHaveLength(2);
    expect(second.runs[0].run).not.toBe(first.runs[0].run);
    expect((await gateway.call("GET", "/runs?status=done")).body.code).toBe("REQUEST_INVALID");
    expect((await gateway.call("GET", "/runs/nobody")).body.code).toBe("RUN_UNKNOWN");
  });

  it("puts an event of an unknown type among the dead letters, from where it can be dropped", async () => {
    await publish({ ...say.arrived("run-odd"), type: "data.vanished", id: "odd" });
    const [letter] = await eventually("a dead letter", async () => {
      const { body } = await gateway.call("GET", "/dead-letters?queue=gateway.ledger");
      return body.deadLetters.length > 0 && body.deadLetters;
    });
    expect(letter).toMatchObject({ problem: { code: "EVENT_UNKNOWN" }, event: { type: "data.vanished" } });
    const path = `/dead-letters/${encodeURIComponent(letter.id)}`;
    expect((await gateway.call("GET", path)).body.id).toBe(letter.id);
    expect((await gateway.call("DELETE", path)).status).toBe(200);
    expect(await gateway.call("POST", `${path}/replay`)).toMatchObject({
      status: 404,
      body: { code: "DEAD_LETTER_UNKNOWN" },
    });
  });

  it("streams an artifact, and says when there is none", async () => {
    const ref = await gateway.platform.artifacts.put(Buffer.from("hello"), {
      mediaType: "text/plain",
      name: "hello.txt",
    });
    const response = await fetch(`${gateway.url}/artifacts/${ref.digest}?type=text/plain`);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("hello");
    const missing = `sha256:${"0".repeat(64)}`;
    expect(await gateway.call("GET", `/artifacts/${missing}`)).toMatchObject({
      status: 404,
      body: { code: "ARTIFACT_MISSING" },
    });
    expect((await gateway.call("GET", "/artifacts/secret")).body.code).toBe("ARTIFACT_DIGEST_INVALID");
  });

  it("lists the pipelines, and what is wrong with one that can't be read", async () => {
    const { body } = await gateway.call("GET", "/pipelines");
    expect(body).toMatchObject({ pipelines: [{ name: "churn", triggers: [{ watch: "incoming" }] }], problems: [] });
    expect((await gateway.call("GET", "/pipelines/churn")).body.spec.target.column).toBe("b");
  });

  it("refuses a rollback that leads nowhere", async () => {
    const rollBack = (model: string, body = {}) => gateway.call("POST", `/models/${model}/rollback`, body);
    expect(await rollBack("nobody")).toMatchObject({ status: 404, body: { code: "MODEL_UNKNOWN" } });
    await deployments().putIfAbsent("solo", deploymentOf("solo", { version: 2 }));
    expect(await rollBack("solo")).toMatchObject({ status: 409, body: { code: "ROLLBACK_NOTHING_BEFORE" } });
    expect(await rollBack("solo", { version: 1 })).toMatchObject({
      status: 404,
      body: { code: "VERSION_NOT_APPROVED" },
    });
    const { versions } = (await gateway.call("GET", "/models/solo")).body;
    expect(versions).toEqual([]);
    expect((await gateway.call("GET", "/models")).body.models).toEqual([
      expect.objectContaining({ model: "solo", version: 2 }),
    ]);
  });
});

describe("a rollback", () => {
  let gateway: GatewayForTest;
  afterEach(() => gateway.stop());

  const registry = (refusal?: ProblemError) =>
    defineService({
      name: "registry",
      steps: [
        step({
          ...{ name: "roll-back", on: rollbackRequested, emits: [modelRolledBack] },
          async run({ model }, { run, records }) {
            if (refusal !== undefined) throw refusal;
            const next = { ...deploymentOf(model, { version: 1, run }), generation: 3 };
            await records.records(deploymentCollection).update(model, () => next);
            const change = {
              pipeline: model,
              model,
              version: 1,
              package: ref,
              generation: 3,
              previous: 2,
              reason: "asked",
            };
            return modelRolledBack(change);
          },
        }),
      ],
    });

  async function startWith(service: ServiceDefinition): Promise<void> {
    gateway = await startGateway([service]);
    const { records } = gateway.platform;
    const previous = { version: 1, package: ref };
    await records
      .records(deploymentCollection)
      .putIfAbsent("churn", { ...deploymentOf("churn", { version: 2 }), previous });
    const version = { model: "churn", version: 1, status: "approved" } as ModelVersionRecord;
    await records.records(versionCollection).putIfAbsent(versionKey("churn", 1), version);
  }

  it("answers when the earlier version serves, and is a run of its own", async () => {
    await startWith(registry());
    const answer = await gateway.call("POST", "/models/churn/rollback", { reason: "it forgets people" });
    expect(answer).toMatchObject({ status: 200, body: { done: true, from: 2, to: 1, generation: 3 } });
    const page = await eventually("the run's end", async () => {
      const { body } = await gateway.call("GET", `/runs/${answer.body.run}`);
      return body.status === "rolled-back" && body;
    });
    expect(page).toMatchObject({ pipeline: "churn", summary: "churn went back to version 1: asked" });
  });

  it("answers with the registry's reason when that refuses", async () => {
    const refusal = new ProblemError({ code: "DEPLOYMENT_CHANGED", message: "the deployment changed." });
    await startWith(registry(refusal));
    const answer = await gateway.call("POST", "/models/churn/rollback", {});
    expect(answer).toMatchObject({ status: 409, body: { code: "DEPLOYMENT_CHANGED" } });
  });
});

describe("a run that stands still", () => {
  let gateway: GatewayForTest;
  afterEach(() => gateway.stop());

  it("gets its event again when the broker's memory is gone", async () => {
    gateway = await startGateway();
    const { run } = (await gateway.call("POST", "/pipelines/churn/runs", {})).body;
    gateway = await gateway.restart();
    const heard: CloudEvent[] = [];
    await gateway.platform.bus.consume("ingestion.data.arrived", async ({ event }) => void heard.push(event));
    await eventually("the event again", async () => heard.some((event) => event.run === run));
    expect((await gateway.call("GET", `/runs/${run}`)).body.nudges).toBe(1);
  });
});

describe("a run that failed", () => {
  let gateway: GatewayForTest;
  afterEach(() => gateway.stop());

  it("is done again from the step that an operator names", async () => {
    let seen = 0;
    const ingest = step({
      ...{ name: "ingest", on: dataArrived, emits: [] },
      run: async () => void (seen += 1),
    });
    gateway = await startGateway([defineService({ name: "ingestion", steps: [ingest] })]);
    const { run } = (await gateway.call("POST", "/pipelines/churn/runs", {})).body;
    const manifest = async () => {
      const { body } = await gateway.call("GET", `/runs/${run}`);
      return body.steps.some((each: { state: string }) => each.state === "done") && body;
    };
    await eventually("the step done", manifest);
    const unknown = await gateway.call("POST", `/runs/${run}/resume`, { from: "ingst" });
    expect(unknown).toMatchObject({
      status: 400,
      body: { code: "STEP_UNKNOWN", remedy: expect.stringContaining("ingest, validate") },
    });
    const unreached = await gateway.call("POST", `/runs/${run}/resume`, { from: "train" });
    expect(unreached).toMatchObject({ status: 409, body: { code: "STEP_NOT_REACHED", remedy: "It came to: ingest." } });
    await gateway.call("POST", `/runs/${run}/resume`, {});
    expect(seen).toBe(1);
    const resumed = await gateway.call("POST", `/runs/${run}/resume`, { from: "ingest" });
    expect(resumed).toMatchObject({ status: 202, body: { run, step: "ingest" } });
    await eventually("the step done again", async () => seen === 2);
  });

  it("runs again when it is resumed", async () => {
    gateway = await startGateway();
    const { bus } = gateway.platform;
    await bus.publish(say.arrived());
    await bus.publish(say.failed("ingest", 5, say.arrived()));
    const status = async () => (await gateway.call("GET", "/runs/run-1")).body.status;
    await eventually("the failure", async () => (await status()) === "failed");
    const answer = await gateway.call("POST", "/runs/run-1/resume");
    expect(answer).toMatchObject({ status: 202, body: { step: "ingest", event: say.arrived().id } });
    expect(await status()).toBe("running");
  });
});
