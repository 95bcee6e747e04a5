import { ProblemError } from "@millrace/contracts";
import { makeBest } from "./choose-candidate.js";
import type { BestOfCandidate } from "./try-candidates.js";

describe("the choice among candidates", () => {
  const scored = (...values: number[]): BestOfCandidate[] =>
    values.map((value) => ({ result: { family: "f", params: {}, metrics: { accuracy: value, log_loss: value } } }));
  const make = (_candidate: unknown, index: number) => Promise.resolve(`model ${index}`);
  const by = (metric: "accuracy" | "log_loss", at_least = {}) => ({ metric, at_least });

  it("takes the greater or the less, as the metric is meant, and the first of equals", async () => {
    const choice = await makeBest(scored(0.2, 0.9, 0.9), by("accuracy"), make);
    expect(choice).toMatchObject({ winner: 1, made: "model 1", missed: [] });
    expect(await makeBest(scored(0.9, 0.2, 0.2), by("log_loss"), make)).toMatchObject({ winner: 1 });
  });

  it("has no winner where all failed", async () => {
    const failed = [{ result: { family: "f", params: {}, problem: { code: "X", message: "no." } } }];
    expect(await makeBest(failed, by("accuracy"), make)).toEqual({ candidates: failed, winner: -1, missed: [] });
  });

  it("takes one that meets the floors before a better one that does not, and the best where none does", async () => {
    const both: BestOfCandidate[] = [
      { result: { family: "a", params: {}, metrics: { accuracy: 0.9, f1: 0.1 } } },
      { result: { family: "b", params: {}, metrics: { accuracy: 0.8, f1: 0.6 } } },
    ];
    expect(await makeBest(both, by("accuracy", { f1: 0.5 }), make)).toMatchObject({ winner: 1, missed: [] });
    const { winner, missed } = await makeBest(both, by("accuracy", { f1: 0.7, log_loss: 0.3 }), make);
    expect([winner, missed]).toEqual([0, ["f1 0.1000 is not at least 0.7", "log_loss unknown is not at most 0.3"]]);
  });

  it("takes the next best where the best can't be fitted on all rows, and says why", async () => {
    const problem = { code: "MODEL_MATRIX_INVALID", message: "no." };
    const failing = (_: unknown, index: number) =>
      index === 1 ? Promise.reject(new ProblemError(problem)) : make(_, index);
    const { winner, candidates, made } = await makeBest(scored(0.2, 0.9), by("accuracy"), failing);
    expect([winner, made]).toEqual([0, "model 0"]);
    expect(candidates[1]!.result).toEqual({ family: "f", params: {}, problem });
  });

  it("does not take an outage for a candidate's fault", async () => {
    const outage = () => Promise.reject(new Error("the store is away"));
    await expect(makeBest(scored(0.2, 0.9), by("accuracy"), outage)).rejects.toThrow("the store is away");
  });
});
