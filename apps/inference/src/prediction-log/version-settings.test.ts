import { runServices, versionCollection, versionKey, writeJson, type RunningServices } from "@millrace/service";
import { pipelineSpec, sha256, type CloudEvent, type Manifest, type ModelVersionRecord } from "@millrace/contracts";
import { openManifests } from "@millrace/service";
import { temporaryFolder } from "@millrace/testing";
import { predictionLogSettings } from "./log-settings.js";
import { settingsOfVersions } from "./version-settings.js";

const spec = (log: object) =>
  pipelineSpec.parse({
    name: "sides",
    source: { path: "x.csv" },
    target: { column: "side" },
    candidates: [{ model: "random-forest" }],
    serve: { log },
  });

describe("what a version's pipeline says of the log", () => {
  let running: RunningServices;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder("settings");
    running = await runServices("test", [], { environment: { MILLRACE_DATA_DIR: folder.path, LOG_LEVEL: "error" } });
  });
  afterEach(async () => {
    await running.stop();
    await folder.remove();
  });

  async function trained(version: number, log: object): Promise<void> {
    const { artifacts, records } = running.platform;
    const run = `run-${version}`;
    const record = { model: "sides", version, run } as ModelVersionRecord;
    await records.records(versionCollection).putIfAbsent(versionKey("sides", version), record);
    const data = { spec: await writeJson(artifacts, "pipeline.json", spec(log)) };
    const manifest = { run, step: "ingest", inputDigest: sha256(run), output: [{ data } as CloudEvent] };
    await openManifests(records).write(manifest as Manifest);
  }
  const settingsOf = (version: number, environment: object = {}) =>
    settingsOfVersions(running.platform, predictionLogSettings.parse(environment))("sides", version);

  it("is what its own run began with, whatever later ones say", async () => {
    await trained(1, { drop: ["ssn"], sample: 0.5 });
    await trained(2, { hash: ["ssn"] });
    expect(await settingsOf(1)).toEqual({ sample: 0.5, drop: ["ssn"], hash: [] });
    expect(await settingsOf(2)).toEqual({ sample: 1, drop: [], hash: ["ssn"] });
  });

  it("is everything where nothing is said, as for a model that no run made", async () => {
    expect(await settingsOf(7)).toEqual({ sample: 1, drop: [], hash: [] });
  });

  it("is more where the environment hides columns of every model; what is dropped is not hashed", async () => {
    await trained(1, { drop: ["ssn"], hash: ["phone"] });
    const environment = { PREDICTION_LOG_DROP: "phone, address", PREDICTION_LOG_HASH: "ssn,email" };
    expect(await settingsOf(1, environment)).toEqual({ sample: 1, drop: ["ssn", "phone", "address"], hash: ["email"] });
  });

  it("can't be had while the store is away", async () => {
    const settings = predictionLogSettings.parse({});
    const away = () => Promise.reject(new Error("away"));
    const records = { records: () => ({ get: away }) } as never;
    await expect(settingsOfVersions({ ...running.platform, records }, settings)("sides", 1)).rejects.toThrow("away");
  });

  it("is refused in pipeline.yaml where a column is to be dropped and hashed", () => {
    expect(() => spec({ drop: ["ssn"], hash: ["ssn"] })).toThrow("a column is dropped or hashed, not both");
  });
});
