import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parsePipeline } from "@millrace/contracts";
import { makeSample } from "./index.js";

const folder = join(__dirname, "../../../pipelines");
const text = (...parts: string[]) => readFileSync(join(folder, ...parts), "utf8");
const specOf = (name: string, file = "pipeline.yaml") => parsePipeline({ file, text: text(name, file) });
/** Where the committed data of a pipeline lie. */
const dataOf = (name: string): string => (name === "customer-events" ? "data/2026-06" : "");
const names = ["network-security", "vehicle-insurance", "customer-events", "iris", "churn"];

describe("the worked pipelines", () => {
  it.each(names)("%s can be read, is named after its folder, and has a README that says how to run it", (name) => {
    expect(specOf(name).name).toBe(name);
    expect(text(name, "README.md")).toContain(name === "iris" ? "npm start" : `npm start -- --pipeline ${name}`);
  });

  it.each([
    ["network-security", 6000],
    ["vehicle-insurance", 6000],
    ["customer-events", 3000],
  ])("the data of %s are what the generator makes of seed 1", (name, rows) => {
    const sample = makeSample(name, { rows, seed: 1 });
    for (const { file, lines } of sample.files)
      expect([...lines()].join("") === text(name, dataOf(name), file)).toBe(true);
    expect(text(name, "README.md")).toContain(`can be reached is ${sample.best.value.toFixed(2)}`);
  });

  it.each(names)("a sample of %s has the columns of the committed data", (name) => {
    for (const { file, lines } of makeSample(name, { rows: 1 }).files)
      expect([...lines()][0]).toBe(`${text(name, dataOf(name), file).split("\n")[0]}\n`);
  });

  it("a pipeline for MongoDB differs from the one for files in its source and triggers alone", () => {
    const both = readdirSync(folder).filter((name) => existsSync(join(folder, name, "pipeline.mongodb.yaml")));
    expect(both.sort()).toEqual(["network-security", "vehicle-insurance"]);
    for (const name of both) {
      const { source, triggers: _, ...rest } = specOf(name, "pipeline.mongodb.yaml");
      expect(source).toMatchObject({ kind: "mongodb", url: "${MONGODB_URI}" });
      const { source: file, triggers: __, ...other } = specOf(name);
      expect(file).toMatchObject({ kind: "files" });
      expect(rest).toEqual(other);
    }
  });
});
