import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  confusionMatrix,
  evaluateProbabilities,
  greaterIsBetter,
  metricNames,
  predictedClasses,
  rocAuc,
} from "../index.js";

const { cases } = JSON.parse(readFileSync(join(__dirname, "../../fixtures/metrics.json"), "utf8"));
const names = ["a", "b", "c", "d", "e"];

interface Case {
  labels: number[];
  probabilities: number[][];
  scores: Record<string, number>;
  confusion: number[][];
}

describe("evaluateProbabilities gives scikit-learn's figures", () => {
  it.each(cases as Case[])("for $labels.length rows", ({ labels, probabilities, scores, confusion }) => {
    const scored = {
      labels: Int32Array.from(labels),
      probabilities: Float64Array.from(probabilities.flat()),
      classes: names.slice(0, confusion.length),
    };
    const measured = evaluateProbabilities(scored);
    expect(Object.keys(measured).sort()).toEqual([...metricNames].sort());
    for (const [name, value] of Object.entries(scores)) {
      expect([name, measured[name]]).toEqual([name, expect.closeTo(value, 10)]);
    }
    expect(confusionMatrix(scored.labels, predictedClasses(scored), confusion.length)).toEqual(confusion);
  });
});

describe("rocAuc", () => {
  const rows = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -20, max: 20 })), { minLength: 2, maxLength: 60 });
  const auc = (rows: (readonly [boolean, number])[]) =>
    rocAuc(
      (row) => rows[row]![0],
      Float64Array.from(rows, ([, score]) => score),
    );

  it("does not change when the scores are mapped monotonically", () => {
    fc.assert(
      fc.property(rows, (rows) =>
        expect(auc(rows.map(([label, score]) => [label, Math.exp(score / 4) - 9]))).toBe(auc(rows)),
      ),
    );
  });

  it("is the share of pairs in the right order, a tie counting half", () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const pairs = rows
          .filter(([label]) => label)
          .flatMap(([, p]) => rows.filter(([label]) => !label).map(([, n]) => (p > n ? 1 : p === n ? 0.5 : 0)));
        if (pairs.length === 0) expect(auc(rows)).toBeUndefined();
        else expect(auc(rows)).toBeCloseTo(pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length, 12);
      }),
    );
  });
});

describe("two classes", () => {
  const scored = {
    labels: Int32Array.of(0, 0, 1, 1),
    probabilities: Float64Array.of(0.9, 0.1, 0.4, 0.6, 0.65, 0.35, 0.2, 0.8),
    classes: ["no", "yes"],
  };

  it("are scored about the positive one", () => {
    expect(evaluateProbabilities({ ...scored, positive: "yes", threshold: 0.7 })).toMatchObject({
      precision: 1,
      recall: 0.5,
    });
    expect(evaluateProbabilities({ ...scored, positive: "no", threshold: 0.7 })).toMatchObject({
      precision: 1,
      recall: 0.5,
      roc_auc: 0.75,
    });
  });

  it("are told apart by the threshold", () => {
    expect(predictedClasses({ ...scored, threshold: 0.3 })).toEqual(Int32Array.of(0, 1, 1, 1));
    expect(predictedClasses({ ...scored, threshold: 0.7 })).toEqual(Int32Array.of(0, 0, 0, 1));
  });

  it("leave out the AUC where one of them is missing", () => {
    expect(evaluateProbabilities({ ...scored, labels: Int32Array.of(1, 1, 1, 1) })).not.toHaveProperty("roc_auc");
  });

  it("refuse a positive class that is none, and labels that are none", () => {
    expect(() => evaluateProbabilities({ ...scored, positive: "maybe" })).toThrow('"maybe" is none of the classes.');
    expect(() => evaluateProbabilities({ ...scored, labels: Int32Array.of(0, 0, 1, -1) })).toThrow("do not fit");
  });
});

it("less is better of log_loss and brier", () => {
  expect(metricNames.filter((name) => !greaterIsBetter(name))).toEqual(["log_loss", "brier"]);
});
