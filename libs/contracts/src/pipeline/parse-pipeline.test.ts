import { parsePipeline } from "./parse-pipeline.js";
import type { ProblemError } from "../problem.js";

const valid = "name: iris\nsource: { path: iris.csv }\ntarget: { column: species }\n";
const parse = (text: string) => parsePipeline({ file: "pipeline.yaml", text });

function mistakeIn(text: string): string {
  try {
    parse(text);
  } catch (error) {
    return (error as ProblemError).message;
  }
  throw new Error("it was accepted");
}

describe("pipeline.yaml", () => {
  it("fills in what is not said", () => {
    expect(parse(valid)).toMatchObject({
      name: "iris",
      split: { test: 0.2, stratify: true, seed: 42 },
      candidates: [{ model: "logistic-regression" }],
      select: { metric: "log_loss", folds: 5 },
    });
  });

  it("names line, column and the setting that nobody knows", () => {
    expect(mistakeIn(`${valid}splitt: { test: 0.3 }\n`)).toContain(
      'pipeline.yaml:4:1 the document has no setting "splitt"',
    );
  });

  it("points at a nested value of the wrong type and says what was expected", () => {
    expect(mistakeIn(`${valid}split:\n  test: lots\n`)).toMatch(/pipeline\.yaml:5:3 split\.test: .*expected number/);
  });

  it("names the wrong choice inside a list and the ones that exist", () => {
    expect(mistakeIn(`${valid}candidates:\n  - model: magic\n`)).toMatch(
      /pipeline\.yaml:5:5 candidates\.0\.model: .*logistic-regression/,
    );
  });

  it("of a preprocessing step that fits no form, tells the mistake of the nearest one", () => {
    expect(mistakeIn(`${valid}preprocess:\n  - { scale: numeric, with: nothing }\n`)).toMatch(
      /pipeline\.yaml:5:23 preprocess\.0\.with: .*standard/,
    );
  });

  it("tells all mistakes at once", () => {
    expect(mistakeIn("name: Iris!\nsource: { path: 3 }\n")).toMatch(
      /3 mistakes: .*name: .*source\.path: .*target is missing/,
    );
  });

  it("refuses what no search can go through, where it stands", () => {
    const search = (space: string) => `${valid}candidates:\n  - model: random-forest\n    search: ${space}\n`;
    expect(mistakeIn(search("{ trees: { from: 9, to: 3 } }"))).toMatch(/6:33 .*ends above where it begins/);
    expect(mistakeIn(search("{ trees: { from: 0, to: 3, log: true } }"))).toMatch(/6:24 .*begins above 0/);
    expect(mistakeIn(search("{ trees: [] }"))).toMatch(/candidates\.0\.search\.trees/);
    expect(mistakeIn(`${search("{ trees: { from: 3, to: 9 } }")}select: { search: grid }\n`)).toMatch(
      /6:15 candidates\.0\.search\.trees: .*steps/,
    );
  });

  it("repeats no folds that are always the same", () => {
    const repeats = "split: { time: day }\nselect: { repeats: 3 }\n";
    expect(mistakeIn(`${valid}${repeats}`)).toMatch(/5:11 select\.repeats: .*folds by time/);
    expect(parse(`${valid}select: { repeats: 3 }\n`).select).toMatchObject({ folds: 5, repeats: 3 });
  });

  it("gives members to models that combine others, and to no other", () => {
    const voting = "candidates:\n  - { model: voting, members: [{ model: random-forest }] }\n";
    expect(parse(`${valid}${voting}`).candidates[0]!.members).toEqual([{ model: "random-forest", params: {} }]);
    expect(mistakeIn(`${valid}${voting.replace("voting", "extra-trees")}`)).toMatch(/only voting and stacking/);
  });

  it("tells where the YAML itself is broken", () => {
    expect(mistakeIn("name: [iris\n")).toMatch(/pipeline\.yaml:\d+:\d+ /);
  });
});
