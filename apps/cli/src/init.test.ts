import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePipeline } from "@millrace/contracts";
import { applyPreprocessor, fitPreprocessor, type PreprocessStep } from "@millrace/learning";
import { makeSample, sampleKinds } from "@millrace/samples";
import { openTables } from "@millrace/tables";
import { temporaryFolder } from "@millrace/testing";
import { runDataCommand } from "./init-data-for-test.js";

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

describe("millrace init", () => {
  let folder: Folder;
  beforeEach(async () => void (folder = await temporaryFolder("init")));
  afterEach(() => folder.remove());
  const run = (...argv: string[]) => runDataCommand(argv, folder.path);
  const write = (file: string, text: string) => writeFile(join(folder.path, file), text);
  const yamlOf = (name: string) => readFile(join(folder.path, "pipelines", name, "pipeline.yaml"), "utf8");
  const specOf = async (name: string) => parsePipeline({ file: "pipeline.yaml", text: await yamlOf(name) });

  const targets: Record<string, string> = {
    "network-security": "Result",
    "vehicle-insurance": "Response",
    "customer-events": "bought_again",
    churn: "Churn",
    "bank-churn": "Attrition_Flag",
    iris: "species",
  };
  it.each(sampleKinds.map(({ name }) => name))("writes for %s what can be preprocessed as it says", async (name) => {
    const { file, lines } = makeSample(name, { rows: 400 }).files[0]!;
    await write(file, [...lines()].join(""));
    await run("init", file, "--target", targets[name]!, "--name", name);
    const { features, preprocess, target } = await specOf(name);
    const tables = await openTables();
    const table = await tables.readTable(join(folder.path, "pipelines", name, file));
    tables.close();
    const used = table.columns
      .map((column) => column.name)
      .filter((column) => column !== target.column && !features.drop.includes(column));
    const codes = Int32Array.from({ length: table.rows }, (_, row) => row % 2);
    const state = fitPreprocessor(table, preprocess as PreprocessStep[], {
      features: used,
      target: { codes, classes: 2 },
    });
    expect(applyPreprocessor(state, table).values.every(Number.isFinite)).toBe(true);
  });

  it("drops what numbers the rows and what is always the same, and says why", async () => {
    const rows = Array.from({ length: 60 }, (_, row) =>
      [
        `K-${row}`,
        row + 1,
        "same",
        "",
        1.6e12 + row * 864e5 * ((row * 7) % 5),
        `word${row % 55}`,
        row % 3,
        row % 4 ? "no" : "yes",
      ].join(","),
    );
    await write("my Data.csv", `code,row_id,same,empty,when,kind,size,left\n${rows.join("\n")}\n`);
    const { out } = await run("init", "my Data.csv", "--target", "left");
    const spec = await specOf("my-data");
    expect(spec.features.drop).toEqual(["code", "row_id", "same", "empty"]);
    expect(spec.target).toEqual({ column: "left", positive: "yes" });
    expect(spec.preprocess).toContainEqual({ dates: ["when"] });
    expect(spec.preprocess).toContainEqual({ encode: "categorical", with: "target", columns: ["kind"] });
    expect(out).toContain("left out: row_id (numbers the rows)");
    expect(await yamlOf("my-data")).toContain("- same # has one value only");
  });

  it("evens out classes of very different size, warns of a column that tells the answer, and floors above guessing", async () => {
    const rows = Array.from(
      { length: 200 },
      (_, row) => `${row % 17},${row % 10 === 0 ? "t" : "f"},${row % 10 === 0 ? 1 : 0}`,
    );
    await write("odd.csv", `size,verdict,y\n${rows.join("\n")}\n`);
    const { out } = await run("init", "odd.csv", "--target", "y", "--name", "odd");
    expect(await specOf("odd")).toMatchObject({
      ...{ resample: "class-weight", target: { positive: "1" }, accept: { at_least: { roc_auc: 0.55 } } },
    });
    expect(out).toMatch(/look at this: "verdict" alone tells/);
    expect(await readdir(join(folder.path, "pipelines/odd"))).toEqual(["incoming", "odd.csv", "pipeline.yaml"]);
  });

  it("never writes over a pipeline, and refuses a target that has no classes", async () => {
    await write("a.csv", `x,y\n${Array.from({ length: 90 }, (_, row) => `${row},${row / 7}`).join("\n")}\n`);
    await expect(run("init", "a.csv", "--target", "y")).rejects.toMatchObject({
      problem: { code: "TARGET_NOT_CLASSES" },
    });
    await write("b.csv", "x,y\n1,a\n2,b\n3,a\n4,b\n");
    await run("init", "b.csv", "--target", "y", "--name", "b");
    const before = await yamlOf("b");
    await expect(run("init", "b.csv", "--target", "y", "--name", "b")).rejects.toMatchObject({
      problem: { code: "PIPELINE_EXISTS" },
    });
    expect(await yamlOf("b")).toBe(before);
  });
});
