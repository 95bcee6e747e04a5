import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePipeline, type Column } from "@millrace/contracts";
import { prepareTraining } from "@millrace/learning";
import { columnsDerivedFrom } from "./derivations.js";
import { stepsOf } from "./steps-of.js";

const page = readFileSync(join(__dirname, "../../../docs/features.md"), "utf8");
const steps = [...page.matchAll(/`(\{ (?:impute|clip|scale|buckets|encode|dates|text): [^`]*\})`/g)].map(
  ([, step]) => step!,
);

const rows = 40;
const numbers = (name: string): Column => ({
  ...{ name, kind: "number" },
  values: Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 101),
});
const texts = (name: string, ...dictionary: string[]): Column => ({
  ...{ name, kind: "text", dictionary },
  codes: Int32Array.from({ length: rows }, (_, row) => row % dictionary.length),
});
const columns = [
  ...["debt", "age", "since", "tenure", "Total_Trans_Amt", "Total_Trans_Ct"].map(numbers),
  ...[texts("level", "high", "low"), texts("town", "a", "b"), texts("note", "one", "two words")],
];
const y = Int32Array.from({ length: rows }, (_, row) => row % 2);

const pipelineWith = (settings: string) =>
  parsePipeline({
    file: "pipeline.yaml",
    text: `name: p\nsource: { path: a.csv }\ntarget: { column: y }\n${settings}`,
  });

describe("the page about features", () => {
  it("has many steps to show", () => expect(steps.length).toBeGreaterThanOrEqual(18));

  it.each(steps)("shows a step that runs: %s", (step) => {
    const others = ["{ encode: categorical, with: one-hot }"].filter(
      () => !/encode: categorical, with: \S+ \}|minFreq|outputs/.test(step),
    );
    const pipeline = pipelineWith(`preprocess: [${[step, ...others].join(", ")}]`);
    const features = columns.map(({ name }) => name);
    const trial = { table: { rows, columns }, y, classes: ["a", "b"], features, seed: 1 };
    expect(prepareTraining({ ...trial, preprocess: stepsOf(pipeline) }).matrix.rows).toBe(rows);
  });

  it("begins with a whole example that runs", () => {
    const [, example] = /```yaml\n([^]*?)```/.exec(page)!;
    const pipeline = pipelineWith(example!);
    const used = columnsDerivedFrom(pipeline.features.derive, { rows, columns }, "y");
    expect(used).toEqual(["Total_Trans_Amt", "Total_Trans_Ct", "tenure"]);
    expect(stepsOf(pipeline)[0]).toEqual({ derive: pipeline.features.derive });
  });
});
