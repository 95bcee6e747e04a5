import { Retry } from "@millrace/contracts";
import { openModel } from "@millrace/learning";
import { modelWith, spec, tableOf } from "./models-for-test.js";
import { scoreOn, tryScore } from "./score.js";

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

  it("are refused to a model that predicts something else, by a sentence that says so", () => {
    const other = spec({ target: { column: "x" } });
    expect(() => scoreOn(openModel(modelWith(0)), rows, other)).toThrow(/predicts "side".*predict "x"/);
    expect(() => scoreOn(openModel(modelWith(0)), { ...rows, columns: rows.columns.slice(0, 1) }, spec())).toThrow(
      /no such column/,
    );
  });

  it("of a champion may be wanting for a stated problem, but not for an outage or a mistake of ours", () => {
    const failing = (error: Error) => () =>
      tryScore(() => {
        throw error;
      });
    const otherTarget = spec({ target: { column: "x" } });
    expect(tryScore(() => scoreOn(openModel(modelWith(0)), rows, otherTarget))).toEqual({
      problem: expect.objectContaining({ code: "TARGET_CHANGED" }),
    });
    expect(failing(new Retry({ code: "DOWN", message: "down." }))).toThrow("down");
    expect(failing(new TypeError("a mistake"))).toThrow("a mistake");
  });
});
