import {
  modelPromoted,
  versionDecided,
  type DeploymentRecord,
  type ModelVersionRecord,
  type Rollout,
} from "@millrace/contracts";
import {
  auditCollection,
  defineService,
  deploymentCollection,
  generationCollection,
  generationKey,
  lineageCollection,
  lineageLinkCollection,
  step,
  versionCollection,
  versionKey,
} from "@millrace/service";
import { fixtures as say } from "./flow-fixtures.js";
import { eventually, startGateway, type GatewayForTest } from "./gateway-for-test.js";

const bytes = say.promoted().data.package;
const versionOf = (version: number, more: Partial<ModelVersionRecord> = {}) =>
  ({
    model: "churn",
    version,
    run: `run-${version}`,
    status: "approved",
    reason: "good",
    ...more,
  }) as ModelVersionRecord;
const generation = (number: number, version: number, more: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  ...{
    model: "churn",
    generation: number,
    champion: { version, package: bytes },
    alias: "champion",
    run: `run-${number}`,
  },
  ...{ reason: `because of ${number}`, updatedAt: `2026-01-0${number}T00:00:00.000Z` },
  ...more,
});

/** Takes every word, as the registry does. */
const registry = defineService({
  name: "registry",
  steps: [
    step({
      ...{ name: "decide", on: versionDecided, emits: [modelPromoted] },
      async run({ model, version, approved, by, reason }, { event, records }) {
        const decision = { approved, by, reason, at: "", event: event.id };
        await records
          .records(versionCollection)
          .update(versionKey(model, version), (current) => ({ ...current!, awaiting: undefined, decision }));
        return undefined;
      },
    }),
  ],
});

describe("the models of the gateway", () => {
  let gateway: GatewayForTest;
  beforeAll(async () => {
    gateway = await startGateway([registry]);
  });
  afterAll(() => gateway.stop());

  const put = async (...versions: ModelVersionRecord[]) => {
    const records = gateway.platform.records.records(versionCollection);
    for (const one of versions) await records.update(versionKey(one.model, one.version), () => one);
  };
  const deploy = (record: DeploymentRecord) =>
    gateway.platform.records.records(deploymentCollection).update(record.model, () => record);
  const decide = (version: number, word: string, body = {}) =>
    gateway.call("POST", `/models/churn/versions/${version}/${word}`, body);

  it("shows a version that waits for an approval although none serves", async () => {
    await put(versionOf(1, { awaiting: "approval" }));
    const { body } = await gateway.call("GET", "/models/churn");
    expect(body).toEqual({ model: "churn", versions: [expect.objectContaining({ awaiting: "approval" })] });
  });

  it("brings an approval to the registry and answers when it is heard; said again it is done", async () => {
    await put(versionOf(2, { awaiting: "approval" }));
    const answer = await decide(2, "approve", { reason: "checked" });
    expect(answer).toMatchObject({
      ...{ status: 200, body: { done: true, approved: true, version: 2, run: "run-2", by: "anonymous" } },
    });
    expect(await decide(2, "approve")).toMatchObject({ status: 200, body: { done: true } });
    const page = await eventually("the word on the run's page", async () => {
      const { body } = await gateway.call("GET", "/runs/run-2");
      return body.events?.["version.decided"] && body;
    });
    expect(page.events["version.decided"].data).toMatchObject({ approved: true, reason: "checked" });
    expect(await decide(2, "reject")).toMatchObject({
      ...{
        status: 409,
        body: { code: "VERSION_NOT_AWAITING", detail: expect.stringContaining("approved by anonymous") },
      },
    });
  });

  it("refuses a word on a version that there is not, that serves, or that waits for nothing", async () => {
    await put(versionOf(3));
    await deploy(generation(1, 3));
    expect(await decide(99, "approve")).toMatchObject({ status: 404, body: { code: "VERSION_UNKNOWN" } });
    expect(await decide(3, "reject")).toMatchObject({ status: 409, body: { remedy: /rollback/ } });
    expect((await decide(0, "reject")).status).toBe(400);
  });

  it("shows a rollout, lets its version be rejected, and goes back from it to the champion", async () => {
    const rollout = {
      version: 4,
      package: bytes,
      percent: 10,
      shadow: false,
      step: 0,
      steps: [10, 100],
      since: "",
      stepSeconds: 1,
    } satisfies Rollout;
    await put(versionOf(3), versionOf(4));
    await deploy(generation(2, 3, { rollout }));
    const { body } = await gateway.call("GET", "/models/churn");
    expect(body).toMatchObject({ version: 3, rollout: { version: 4, percent: 10, steps: [10, 100] } });
    expect(await decide(4, "reject")).toMatchObject({ status: 200, body: { done: true } });
  });

  it("tells what happened to a model, the newest first: who, why, from which version to which", async () => {
    const { records } = gateway.platform;
    const change = { kind: "promoted" as const, by: "registry", decidedOn: 0, version: 1 };
    const back = { ...change, kind: "rolled-back" as const, by: "anna" };
    for (const one of [
      generation(1, 1, { change }),
      generation(2, 2, { change: { ...change, version: 2 } }),
      generation(4, 1, { change: back }),
    ])
      await records.records(generationCollection).putIfAbsent(generationKey("churn", one.generation), one);
    const line = {
      model: "churn",
      at: "2026-01-03T00:00:00.000Z",
      kind: "approved",
      by: "bert",
      reason: "ok",
      version: 3,
    };
    await records.records(auditCollection).putIfAbsent("x", line);
    const { body } = await gateway.call("GET", "/models/churn/history");
    expect(body.history).toMatchObject([
      { kind: "rolled-back", by: "anna", from: 2, to: 1, generation: 4, reason: "because of 4" },
      { kind: "approved", by: "bert", version: 3 },
      { kind: "promoted", from: 1, to: 2 },
      { kind: "promoted", to: 1 },
    ]);
    expect((await gateway.call("GET", "/models/churn/history?limit=2")).body.history).toHaveLength(2);
    expect((await gateway.call("GET", "/models/nobody/history")).status).toBe(404);
  });

  it("follows a version to what it was made of and when it served, and data to the versions made of them", async () => {
    const { records } = gateway.platform;
    const made = { model: "churn", version: 1, run: "run-1", at: "", code: "abc", package: bytes.digest };
    const link = { of: bytes.digest, role: "rows" as const, model: "churn", version: 1, run: "run-1" };
    await put(versionOf(1));
    await records.records(lineageCollection).putIfAbsent("churn@1", made);
    await records.records(lineageLinkCollection).putIfAbsent(`${bytes.digest}/churn@1`, link);
    const { body } = await gateway.call("GET", "/lineage/churn@1");
    expect(body).toMatchObject({
      kind: "version",
      versions: [{ version: 1, status: "approved", madeOf: { code: "abc" } }],
    });
    expect(body.versions[0].served).toEqual([
      { generation: 1, from: "2026-01-01T00:00:00.000Z", to: "2026-01-02T00:00:00.000Z" },
      { generation: 4, from: "2026-01-04T00:00:00.000Z" },
    ]);
    const back = await gateway.call("GET", `/lineage/${bytes.digest}`);
    expect(back.body).toMatchObject({ kind: "digest", versions: [{ version: 1, role: "rows" }] });
    expect((await gateway.call("GET", "/lineage/churn@77")).body.code).toBe("LINEAGE_UNKNOWN");
    expect((await gateway.call("GET", "/lineage/run-none")).status).toBe(404);
  });
});
