import { ProblemError, Retry } from "@millrace/contracts";
import { openModel } from "@millrace/learning";
import { modelWith, spec, tableOf } from "./models-for-test.js";
import { scoredOn, scoreOn, tryScore } from "./score.js";

const rows = tableOf([-3, -2, -1, 1, 2, 3, 4, 5], ["left", "left", "left", "right", "left", "right", "right", "right"]);

describe("scores", () => {
  it("are the known ones of known answers", () => {
    const { accuracy, precision, recall } = scoreOn(openModel(modelWith(0)), rows, spec());
    expect([accuracy, precision, recall]).toEqual([7 / 8, 4 / 5, 1]);
    const late = scoreOn(openModel(modelWith(3.5)), rows, spec());
    expect([late.accuracy, late.precision, late.recall]).toEqual([6 / 8, 1, 2 / 4]);
  });

  it("are about the class that the pipeline calls positive", () => {
    const pipeline = spec({ target: { column: "side", positive: "left" } });
    expect(scoreOn(openModel(modelWith(0)), rows, pipeline)).toMatchObject({ precision: 1, recall: 3 / 4 });
  });

  it("take the threshold for the class that it was set for", () => {
    const model = openModel(modelWith(0));
    const set = { ...model, metadata: { ...model.metadata, positive: "right", threshold: 0.9 } };
    const about = (positive: string) => scoredOn(set, rows, spec({ target: { column: "side", positive } })).threshold;
    expect([about("right"), about("left")]).toEqual([0.9, expect.closeTo(0.1, 10)]);
  });

  it("are refused to a regression, which knows no classes", () => {
    const model = { ...openModel(modelWith(0)), task: "regression" as const };
    expect(() => scoreOn(model, rows, spec())).toThrow(/no class \(a regression\)/);
  });

  it("are refused to a model that predicts something else, by a sentence that says so", () => {
    const other = spec({ target: { column: "x" } });
    expect(() => scoreOn(openModel(modelWith(0)), rows, other)).toThrow(/predicts "side".*predict "x"/);
    expect(() => scoreOn(openModel(modelWith(0)), { ...rows, columns: rows.columns.slice(0, 1) }, spec())).toThrow(
      /no such column/,
    );
  });

  it("of a champion may be wanting for a stated problem, but not for an outage, a runtime that is missing or a mistake of ours", async () => {
    const failing = (error: Error) => () =>
      tryScore(() => {
        throw error;
      });
    const otherTarget = spec({ target: { column: "x" } });
    expect(await tryScore(() => scoreOn(openModel(modelWith(0)), rows, otherTarget))).toEqual({
      problem: expect.objectContaining({ code: "TARGET_CHANGED" }),
    });
    await expect(failing(new Retry({ code: "DOWN", message: "down." }))()).rejects.toThrow("down");
    await expect(failing(new TypeError("a mistake"))()).rejects.toThrow("a mistake");
    const missing = new ProblemError({ code: "ONNX_RUNTIME_MISSING", message: "not installed." });
    await expect(failing(missing)()).rejects.toThrow("not installed");
  });
});
