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
      ...{ calibrate: "platt", threshold: { optimise: "f1" } },
    });
    expect(out).toMatch(/look at this: "verdict" alone tells/);
    expect(await readdir(join(folder.path, "pipelines/odd"))).toEqual(["incoming", "odd.csv", "pipeline.yaml"]);
  });

  it("never writes over a pipeline, and refuses a target that has no classes", async () => {
    await write("a.csv", `x,y\n${Array.from({ length: 90 }, (_, row) => `${row},${row / 7}`).join("\n")}\n`);
    await expect(run("init", "a.csv", "--target", "y")).rejects.toMatchObject({
      problem: { code: "TARGET_NOT_CLASSES" },
    });
    await write("b.csv", "x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n");
    await run("init", "b.csv", "--target", "y", "--name", "b");
    const before = await yamlOf("b");
    await expect(run("init", "b.csv", "--target", "y", "--name", "b")).rejects.toMatchObject({
      problem: { code: "PIPELINE_EXISTS" },
    });
    expect(await yamlOf("b")).toBe(before);
  });

  it("finds a decimal comma and another encoding, and says so in pipeline.yaml", async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row};1.0${10 + row},5;Köln;${row % 2 ? "ja" : "nein"}`);
    await writeFile(join(folder.path, "de.csv"), Buffer.from(`nr;preis;ort;y\n${rows.join("\n")}\n`, "latin1"));
    const { out } = await run("init", "de.csv", "--target", "y");
    const { source, preprocess } = await specOf("de");
    expect(source).toMatchObject({ path: "de.csv", csv: { encoding: "windows-1252", decimal: "," } });
    expect(preprocess).toContainEqual({ scale: "numeric", with: "standard" });
    expect(preprocess).not.toContainEqual(expect.objectContaining({ with: "target" }));
    expect(out).toMatch(/look at this: the file is not UTF-8.*\n.*look at this: numbers in it have a decimal comma/);
  });

  it("leaves commas alone where other numbers have a point", async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `"${row},5";${row}.25;${row % 2}`);
    await write("mixed.csv", `a;b;y\n${rows.join("\n")}\n`);
    await run("init", "mixed.csv", "--target", "y");
    expect(await yamlOf("mixed")).toContain("source: { path: mixed.csv }");
  });

  it("takes for positive what is called so, and the rare class where none is", async () => {
    const csv = (often: string, seldom: string) =>
      `x,y\n${Array.from({ length: 30 }, (_, row) => `${row % 7},${row % 3 ? often : seldom}`).join("\n")}\n`;
    await write("01.csv", csv("1", "0"));
    await write("shops.csv", csv("north", "south"));
    await run("init", "01.csv", "--target", "y");
    await run("init", "shops.csv", "--target", "y");
    expect((await specOf("01")).target.positive).toBe("1");
    expect((await specOf("shops")).target.positive).toBe("south");
  });

  it("refuses classes of a row or two, which no run could learn", async () => {
    const rows = Array.from({ length: 30 }, (_, row) => `${row},${row < 2 ? "rare" : row % 2 ? "a" : "b"}`);
    await write("few.csv", `x,y\n${rows.join("\n")}\n`);
    await expect(run("init", "few.csv", "--target", "y")).rejects.toMatchObject({
      problem: { code: "TARGET_CLASS_TOO_SMALL", message: expect.stringContaining('"rare" (2)') },
    });
    await write("many.csv", `x,y\n${rows.map((_, row) => `1,${row % 20}`).join("\n")}\n`);
    await expect(run("init", "many.csv", "--target", "y")).rejects.toMatchObject({
      problem: { code: "TARGET_NOT_CLASSES" },
    });
  });
});
