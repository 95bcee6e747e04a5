import fc from "fast-check";
import { cheapestClass, cheapestClasses, thresholdOfCosts } from "./cost-decision.js";
import { bestThreshold, type ThresholdGoal } from "./threshold.js";

const rows = {
  scores: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9),
  isPositive: Uint8Array.of(0, 0, 1, 0, 0, 1, 1, 1),
};

describe("the best threshold", () => {
  it("stands between two scores, where it tells the rows apart best", () => {
    expect(bestThreshold(rows, { kind: "f-beta" })).toEqual({
      threshold: expect.closeTo(0.65, 12),
      value: expect.closeTo(6 / 7, 12),
      precision: 1,
      recall: 0.75,
      counts: { truePositives: 3, falsePositives: 0, falseNegatives: 1, trueNegatives: 4 },
    });
    expect(bestThreshold(rows, { kind: "f-beta", beta: 3 }).threshold).toBeCloseTo(0.25, 12);
    expect(bestThreshold(rows, { kind: "balanced-accuracy" })).toMatchObject({ value: 0.875 });
    expect(bestThreshold(rows, { kind: "youden" })).toMatchObject({ value: 0.75 });
  });

  it("weighs what is missed against what is taken for positive", () => {
    expect(bestThreshold(rows, { kind: "cost", false_negative: 1, false_positive: 1 })).toMatchObject({ value: 1 / 8 });
    expect(bestThreshold(rows, { kind: "cost", false_negative: 5, false_positive: 1 }).threshold).toBeCloseTo(0.25, 12);
    const none = bestThreshold(rows, { kind: "cost", false_negative: 0, false_positive: 1 });
    expect(none).toMatchObject({ threshold: expect.closeTo(0.95, 12), value: 0, recall: 0 });
    const all = bestThreshold(rows, { kind: "recall", at_least: 1 });
    expect(all.threshold).toBeCloseTo(0.25, 12);
  });

  it("holds a precision or a recall", () => {
    expect(bestThreshold(rows, { kind: "precision", at_least: 0.6 })).toMatchObject({ precision: 2 / 3, recall: 1 });
    expect(bestThreshold(rows, { kind: "recall", at_least: 0.75 })).toMatchObject({ precision: 1, recall: 0.75 });
    const reversed = { ...rows, isPositive: rows.isPositive.map((mark) => 1 - mark) };
    expect(() => bestThreshold(reversed, { kind: "precision", at_least: 0.9 })).toThrow(
      "no threshold gives a precision of at least 0.9",
    );
  });

  it("predicts all rows, or none above the highest possible score", () => {
    const ones = { scores: Float64Array.of(1, 1, 0.5), isPositive: Uint8Array.of(1, 0, 0) };
    const none = bestThreshold(ones, { kind: "cost", false_negative: 1, false_positive: 5 });
    expect(none.threshold).toBeGreaterThan(1);
    expect(none.counts.truePositives).toBe(0);
    const all = bestThreshold(ones, { kind: "cost", false_negative: 9, false_positive: 0 });
    expect(ones.scores.every((score, row) => ones.isPositive[row] === 0 || score >= all.threshold)).toBe(true);
  });

  it("is as good as any other, counts what it says, and takes weights as repeated rows", () => {
    const row = fc.record({ score: fc.nat(6), positive: fc.boolean(), times: fc.nat(3) });
    const goal = fc.constantFrom<ThresholdGoal>(
      { kind: "f-beta", beta: 2 },
      { kind: "youden" },
      { kind: "cost", false_negative: 3, false_positive: 2 },
    );
    const of = (list: readonly { score: number; positive: boolean }[]) => ({
      scores: Float64Array.from(list, ({ score }) => score / 6),
      isPositive: Uint8Array.from(list, ({ positive }) => Number(positive)),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 25 }), goal, (list, goal) => {
        const repeated = list.flatMap((one) => Array<typeof one>(one.times).fill(one)).reverse();
        fc.pre(repeated.some(({ positive }) => positive) && repeated.some(({ positive }) => !positive));
        const counted = bestThreshold(of(repeated), goal);
        const { scores, isPositive } = of(repeated);
        const at = (threshold: number) => merit(goal, scores, isPositive, threshold);
        expect(at(counted.threshold)).toBeCloseTo(goal.kind === "cost" ? -counted.value : counted.value, 9);
        for (const other of [...scores, 2]) expect(at(counted.threshold)).toBeGreaterThanOrEqual(at(other) - 1e-9);
        const weighted = bestThreshold({ ...of(list), weights: Float64Array.from(list, ({ times }) => times) }, goal);
        expect(weighted.value).toBeCloseTo(counted.value, 9);
      }),
    );
  });

  it("is refused for a wrong goal, for one class, and for scores that are no numbers", () => {
    expect(() => bestThreshold(rows, { kind: "recall", at_least: 2 })).toThrow("2 is not a number from 0 to 1.");
    expect(() => bestThreshold(rows, { kind: "cost", false_negative: -1, false_positive: 1 })).toThrow(
      "cost.false_negative: -1",
    );
    const ones = { ...rows, isPositive: new Uint8Array(8).fill(1) };
    expect(() => bestThreshold(ones, { kind: "youden" })).toThrow("no negative rows");
    expect(() => bestThreshold({ ...rows, scores: rows.scores.with(0, NaN) }, { kind: "youden" })).toThrow(
      "row 1 is NaN",
    );
  });
});

function merit(goal: ThresholdGoal, scores: Float64Array, isPositive: Uint8Array, threshold: number): number {
  const count = (positive: number, predicted: boolean) =>
    scores.filter((score, row) => isPositive[row] === positive && score >= threshold === predicted).length;
  const [tp, fp, fn, tn] = [count(1, true), count(0, true), count(1, false), count(0, false)];
  if (goal.kind === "cost") return -(fn * goal.false_negative + fp * goal.false_positive) / scores.length;
  if (goal.kind === "youden") return tp / (tp + fn) + tn / (tn + fp) - 1;
  return tp === 0 ? 0 : (5 * tp) / (5 * tp + 4 * fn + fp);
}

describe("a matrix of costs", () => {
  const costs = [
    [0, 1, 4],
    [2, 0, 1],
    [9, 1, 0],
  ];

  it("decides for what is expected to cost least, not for the likeliest", () => {
    const probabilities = Float64Array.of(0.5, 0.3, 0.2, 1, 0, 0, 0.1, 0.1, 0.8);
    expect(cheapestClasses(probabilities, costs)).toEqual(Int32Array.of(1, 0, 2));
    expect(cheapestClass(probabilities.subarray(3, 6), costs)).toBe(0);
  });

  it("with equal costs decides for the likeliest, and with two classes as the threshold of the costs", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, (share) => {
        const two = [
          [0, 3],
          [5, 0],
        ];
        const [decided] = cheapestClasses(Float64Array.of(1 - share, share), two);
        const threshold = thresholdOfCosts({ false_negative: 5, false_positive: 3 });
        fc.pre(Math.abs(share - threshold) > 1e-9);
        expect(decided).toBe(share >= threshold ? 1 : 0);
      }),
    );
  });

  it("has a number for each pair of classes", () => {
    expect(() => cheapestClasses(Float64Array.of(1, 0), [[0, 1], [1]])).toThrow("2 rows of 2 or 1 numbers");
    expect(() =>
      cheapestClasses(Float64Array.of(1, 0), [
        [0, NaN],
        [1, 0],
      ]),
    ).toThrow("Give a row for each actual class");
  });
});
