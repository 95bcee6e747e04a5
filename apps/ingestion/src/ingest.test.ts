import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dataArrived, datasetIngested, sha256, type DataOf } from "@millrace/contracts";
import { readJson, readTableArtifact, runServices } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { ingest } from "./ingest.js";
import { retrain } from "./retrain.js";

const csv = `size,colour\n${Array.from({ length: 20 }, (_, row) => `${row},${row % 2 ? "red" : "blue"}`).join("\n")}\n`;

describe("the ingest step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  const pipelineFolder = (...parts: string[]) => join(bench.folder, "pipelines", "colours", ...parts);
  const contextThere = () => ({
    ...bench.context(),
    settings: { ...bench.platform.settings, MILLRACE_PIPELINES_DIR: join(bench.folder, "pipelines") },
  });
  const writePipeline = (more = "") =>
    writeFile(
      pipelineFolder("pipeline.yaml"),
      `name: colours\nsource: { path: colours.csv }\ntarget: { column: colour }\n${more}`,
    );
  const run = async (arrival: Partial<DataOf<typeof dataArrived>> = {}, context = contextThere()) => {
    const emission = await ingest.run({ pipeline: "colours", ...arrival }, context);
    return emission!.data as DataOf<typeof datasetIngested>;
  };

  beforeEach(async () => {
    bench = await open();
    await mkdir(pipelineFolder(), { recursive: true });
    await writePipeline();
    await writeFile(pipelineFolder("colours.csv"), csv);
  });
  afterEach(() => bench.close());

  it("writes both sides as Parquet and says what it read", async () => {
    const context = contextThere();
    const told = await run({}, context);
    expect(datasetIngested.schema.parse(told)).toBeTruthy();
    expect(told).toMatchObject({
      ...{ pipeline: "colours", source: { location: "colours.csv", digest: sha256(csv) } },
      rows: { total: 20, train: 16, test: 4 },
      columns: [
        { name: "size", kind: "number" },
        { name: "colour", kind: "text" },
      ],
    });
    expect((await readTableArtifact(bench.platform.artifacts, told.train)).rows).toBe(16);
    expect((await readTableArtifact(bench.platform.artifacts, told.test)).rows).toBe(4);
    expect(await readJson(bench.platform.artifacts, told.spec)).toMatchObject({ name: "colours", split: { seed: 42 } });
    expect(context.told).toEqual([expect.stringContaining("colours.csv"), expect.stringContaining("16 to learn from")]);
  });

  it("says the same of the same file, to the last digest", async () => {
    expect(await run()).toEqual(await run());
  });

  it("takes the file that the arrival names instead", async () => {
    await writeFile(pipelineFolder("new.csv"), csv.replace("19,red", "99,red"));
    const told = await run({ source: "new.csv" });
    expect(told.source).toEqual({ location: "new.csv", digest: sha256(csv.replace("19,red", "99,red")) });
  });

  it("hands on the schema that the pipeline names", async () => {
    await writePipeline("schema: schema.yaml\n");
    await writeFile(pipelineFolder("schema.yaml"), "columns: [{ name: size, type: number, max: 30 }]");
    const { schema } = await run();
    const [column] = ((await readJson(bench.platform.artifacts, schema!)) as { columns: object[] }).columns;
    expect(column).toMatchObject({ name: "size", max: 30, missing: 0 });
  });

  it("says of a schema that can't be read where it is and why", async () => {
    await writePipeline("schema: schema.yaml\n");
    await expect(run()).rejects.toMatchObject({ code: "SCHEMA_NOT_FOUND", problem: { where: "schema.yaml" } });
    await mkdir(pipelineFolder("schema.yaml"));
    await writePipeline("schema: schema.yaml\n");
    await expect(run()).rejects.toThrow(/schema\.yaml: .* it is a directory/);
    await writePipeline("schema: wrong.yaml\n");
    await writeFile(pipelineFolder("wrong.yaml"), "columns:\n  - { name: size, type: numeric }\n");
    await expect(run()).rejects.toThrow(/wrong\.yaml:2:\d+ columns\.0\.type/);
  });

  it("names the pipelines that there are when the arrival names another", async () => {
    await expect(run({ pipeline: "shapes" })).rejects.toThrow(/shapes.*There are: colours/);
  });
});

it("a wish to train again is an arrival of the pipeline's own source", async () => {
  const emission = await retrain.run({ pipeline: "colours", reason: "drift" }, undefined);
  expect(emission).toEqual(dataArrived({ pipeline: "colours", reason: "retraining: drift" }));
});
