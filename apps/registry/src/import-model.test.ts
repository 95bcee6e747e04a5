import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  modelPromoted,
  modelTrained,
  parseOnnxSchema,
  type CloudEvent,
  type DataOf,
  type importRequested,
  type Manifest,
} from "@millrace/contracts";
import { packOnnx } from "@millrace/runtimes";
import { openManifests, readJson } from "@millrace/service";
import { deploy } from "./deployment.js";
import { importModel } from "./import-model.js";
import { promote } from "./promote.js";
import { aliasIn, deploymentIn, openBench, pipeline, verdictOf, versionsIn, type Bench } from "./registry-for-test.js";

const fixture = (name: string) => readFileSync(join(__dirname, "../../../libs/runtimes/fixtures", name));
const schema = parseOnnxSchema({ file: "iris.schema.yaml", text: fixture("iris.schema.yaml").toString() });
const irisPackage = (onnx: Uint8Array = fixture("iris.onnx")) => packOnnx({ schema, onnx });

describe("an import", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  type Wish = DataOf<typeof importRequested>;
  async function bring({
    run = "import-1",
    bytes = irisPackage(),
    ...more
  }: Partial<Wish> & { run?: string; bytes?: Uint8Array }) {
    const packed = await bench.platform.artifacts.put(bytes, { mediaType: "application/octet-stream", name: "iris" });
    const wish = {
      model: "iris",
      package: packed,
      promote: false,
      judge: false,
      generation: 0,
      by: "ann",
      reason: "a better one",
    };
    return (await importModel.run({ ...wish, ...more }, bench.context({ run })))!;
  }

  it("makes a version of a model that answers, and changes nothing of what serves", async () => {
    const { type, data } = await bring({});
    expect([type, data]).toMatchObject([
      "step.done",
      { summary: expect.stringContaining("iris version 1 is registered") },
    ]);
    const [version] = await versionsIn(bench);
    expect(version).toMatchObject({
      version: 1,
      status: "approved",
      family: "onnx",
      reason: "Imported by ann: a better one",
    });
    expect(await readJson(bench.platform.artifacts, version!.report)).toMatchObject({
      ...{ imported: true, by: "ann", target: "species", classes: schema.classes },
    });
    expect(await deploymentIn(bench)).toBeUndefined();
  });

  it("lets it serve where that is wished, also when it is done again", async () => {
    const first = await bring({ promote: true });
    const again = await bring({ promote: true });
    expect(again).toEqual(first);
    expect(modelPromoted.schema.parse(first.data)).toMatchObject({
      version: 1,
      generation: 1,
      exported: "models/model-registry/iris/1",
    });
    expect(await deploymentIn(bench)).toMatchObject({
      ...{ champion: { version: 1 }, generation: 1, change: { kind: "promoted", by: "ann" } },
    });
    expect([await aliasIn(bench), (await versionsIn(bench)).length]).toEqual([1, 1]);
  });

  it("makes no version of what can't be opened or answers wrongly, and says why", async () => {
    await expect(bring({ bytes: irisPackage(Buffer.from("no model")) })).rejects.toMatchObject({
      code: "ONNX_UNREADABLE",
    });
    await expect(bring({ bytes: Buffer.from("no package") })).rejects.toMatchObject({ code: "PACKAGE_CORRUPT" });
    const other = packOnnx({ schema: { ...schema, classes: ["a", "b"] }, onnx: fixture("iris.onnx") });
    await expect(bring({ bytes: other })).rejects.toMatchObject({ code: "ONNX_OUTPUT_WRONG" });
    expect(await versionsIn(bench)).toEqual([]);
  });

  it("is judged by the pipeline of its name where that is wished, on the rows of the newest model of that name", async () => {
    const nothing = bring({ judge: true });
    await expect(nothing).rejects.toMatchObject({ code: "NOTHING_TO_JUDGE_BY" });
    const verdict = await verdictOf(bench, "run-7", "ours");
    await promote.run(verdict, bench.context({ pipeline, run: "run-7" }));
    const { dataset, spec } = verdict;
    const trained = modelTrained({ ...verdict, candidates: [] });
    const output = [{ type: trained.type, data: trained.data } as unknown as CloudEvent];
    const manifest = { run: "run-7", pipeline: "iris", step: "train", inputDigest: `sha256:${"0".repeat(64)}`, output };
    await openManifests(bench.platform.records).write(manifest as unknown as Manifest);
    const { type, data } = await bring({ judge: true, run: "import-2" });
    expect(type).toBe("model.trained");
    expect(data).toMatchObject({ dataset, spec, family: "onnx", imported: { by: "ann", reason: "a better one" } });
    expect((await versionsIn(bench)).map(({ run }) => run)).toEqual(["run-7"]);
  });

  it("does not take the place of a champion that came since, or of a rollout", async () => {
    await bring({ promote: true });
    await expect(bring({ run: "import-2", promote: true })).rejects.toMatchObject({ code: "DEPLOYMENT_CHANGED" });
    const [version] = await versionsIn(bench);
    const rollout = {
      ...{ version: 2, package: version!.package, percent: 10, shadow: false, steps: [10], step: 0, stepSeconds: 60 },
      since: "2026-01-01T00:00:00.000Z",
    };
    const change = { model: "iris", version: 2, by: "registry", reason: "", run: "b", decidedOn: 1, after: 1 };
    await deploy({ ...change, kind: "rollout-begun", to: { rollout } }, bench.context({ run: "b" }));
    const during = bring({ run: "import-3", promote: true, generation: 2 });
    await expect(during).rejects.toMatchObject({ code: "ROLLOUT_ON" });
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, rollout: { version: 2 } });
  });
});
