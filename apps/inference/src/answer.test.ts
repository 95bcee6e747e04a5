import fc from "fast-check";
import { HttpProblem } from "@millrace/service";
import { answererForTest, servedForTest } from "./answer-for-test.js";

const problemOf = (work: () => unknown): HttpProblem => {
  try {
    work();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("an answer", () => {
  it("is the same as text and as an object, whatever is asked", () => {
    const { answerer } = answererForTest();
    const withoutId = (text: string) => ({ ...(JSON.parse(text) as object), prediction_id: "" });
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.boolean(),
        fc.boolean(),
        (x, probabilities, explain) => {
          const asked = { probabilities, explain };
          const [text, object] = [answerer.oneText(asked, [x, "a"]), answerer.one(asked, [x, "a"])];
          expect(withoutId(text)).toEqual({ ...object, prediction_id: "" });
          expect(Object.keys(JSON.parse(text) as object)).toEqual(Object.keys(object));
          const several = JSON.parse(answerer.manyText(asked, [[x, "a"]])) as { predictions: object[] };
          expect({ ...several, ...several.predictions[0], prediction_id: "" }).toEqual({
            ...{ ...object, prediction_id: "" },
            predictions: several.predictions,
          });
        },
      ),
    );
  });

  it("has an id of its own, that stands in the log beside what was asked and said", () => {
    const { answerer, logged, observed } = answererForTest();
    const ids = Array.from({ length: 100 }, () => answerer.one({ caller: "shop", trace: "t" }, [5, "a"]).prediction_id);
    expect(new Set(ids).size).toBe(100);
    expect(logged[7]).toMatchObject({
      ...{ id: ids[7], model: "sides", version: 1, status: 200, features: [5, "a"], names: ["x", "shop"] },
      ...{ prediction: "right", caller: "shop", trace: "t" },
    });
    expect(observed[7]).toMatchObject({ version: 1, failed: false, prediction: "right" });
  });

  it("is logged as well when it is a refusal, with why", () => {
    const { answerer, logged, observed } = answererForTest();
    const { status, problem } = problemOf(() => answerer.one({}, ["wide", "a"]));
    expect([status, problem.problems]).toMatchObject([422, [{ pointer: "/features/0" }]]);
    expect(logged).toMatchObject([{ status: 422, model: "sides", features: ["wide", "a"] }]);
    expect(logged[0]!.problem).toContain("must be a number");
    expect(observed).toEqual([]);
  });

  it("says nothing of any row where one of several is wrong", () => {
    const { answerer, logged, observed } = answererForTest();
    const rows = [[5, "a"], [1], [6, "a"], { x: 1, colour: "red" }];
    const { problem } = problemOf(() => answerer.many({}, rows));
    expect((problem.problems as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
      "/instances/1",
      "/instances/3/colour",
      "/instances/3/shop",
    ]);
    expect([logged.map(({ status }) => status), observed]).toEqual([[422], []]);
  });

  it("comes from the version that was chosen, though another one takes over meanwhile", () => {
    const versions = [servedForTest(1, 0), servedForTest(2, 100)];
    const { answerer, state } = answererForTest(versions);
    const rows = answerer.rows({});
    expect(rows.row([5, "a"])).toMatchObject({ model_version: 1, prediction: "right" });
    state.now = versions[1]!;
    expect(rows.row([5, "a"])).toMatchObject({ model_version: 1, prediction: "right" });
    expect(answerer.one({}, [5, "a"])).toMatchObject({ model_version: 2, prediction: "left" });
    expect(answerer.one({ pin: 1 }, [5, "a"])).toMatchObject({ model_version: 1, prediction: "right" });
  });

  it("is kept from callers whose key is for other models", () => {
    const { answerer } = answererForTest();
    expect(problemOf(() => answerer.one({ models: ["roses"] }, [5, "a"])).status).toBe(403);
    expect(answerer.one({ models: ["sides"] }, [5, "a"]).prediction).toBe("right");
  });
});
