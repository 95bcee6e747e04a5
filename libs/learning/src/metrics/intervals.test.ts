import { seededRandom } from "../data/random.js";
import { compareScored } from "./compare-scored.js";
import { delongInterval, delongTest } from "./delong.js";
import { metricIntervals, positiveScores } from "./metric-intervals.js";
import { evaluateProbabilities, metricNames, type Scored } from "./metrics.js";

const { next } = seededRandom(4);
function scoredRows(classes: number, noise: number, labels?: Int32Array): Scored {
  const codes = labels ?? Int32Array.from({ length: 300 }, (_, row) => row % classes);
  const odds = Array.from(codes, (label) =>
    Array.from({ length: classes }, (_, code) => 0.2 + noise * next() + (code === label ? 1 : 0)),
  );
  const shares = odds.flatMap((row) => row.map((value) => value / row.reduce((sum, other) => sum + other, 0)));
  return { labels: codes, probabilities: Float64Array.from(shares), classes: ["a", "b", "c"].slice(0, classes) };
}
const options = { random: seededRandom(1), replicates: 100 };

describe("the intervals of all metrics", () => {
  it.each([2, 3])("lie around the values, and are the same for the same seed (%d classes)", (classes) => {
    const scored = scoredRows(classes, 2);
    const intervals = metricIntervals(scored, options);
    const values = evaluateProbabilities(scored);
    expect(Object.keys(intervals).sort()).toEqual([...metricNames].sort());
    for (const name of metricNames) {
      const { value, low, high } = intervals[name]!;
      expect([name, value]).toEqual([name, expect.closeTo(values[name]!, 12)]);
      expect([name, low < high]).toEqual([name, true]);
      // Resamples raise the calibration error: they are rougher than the rows.
      if (name !== "calibration_error") expect([name, low <= value && value <= high]).toEqual([name, true]);
    }
    expect(metricIntervals(scored, { ...options, random: seededRandom(1) })).toEqual(intervals);
  });

  it("are DeLong's for the ROC-AUC of two classes that count the same, and others where asked for", () => {
    const scored = scoredRows(2, 2);
    const { auc, ...expected } = delongInterval(positiveScores(scored));
    expect(metricIntervals(scored, { ...options, metrics: ["roc_auc"] })).toEqual({
      roc_auc: { value: auc, ...expected, method: "delong" },
    });
    const weighted = { ...scored, weights: new Float64Array(300).fill(2) };
    const resampled = metricIntervals(weighted, { ...options, method: "percentile", metrics: ["roc_auc"] });
    expect(resampled.roc_auc).toMatchObject({ value: expect.closeTo(auc, 12), method: "percentile" });
    expect(resampled.roc_auc!.standardError / expected.standardError).toBeCloseTo(1, 0);
  });

  it("leave out what has no value", () => {
    const ones = scoredRows(2, 1, new Int32Array(20).fill(1));
    expect(metricIntervals(ones, { ...options, metrics: ["roc_auc"] })).toEqual({});
  });
});

describe("two scored models", () => {
  const first = scoredRows(2, 1.5);
  const second = scoredRows(2, 8, first.labels);

  it("are compared by DeLong's test or on the same resamples", () => {
    const scores = { isPositive: positiveScores(first).isPositive, first: positiveScores(first).scores };
    const test = delongTest({ ...scores, second: positiveScores(second).scores });
    const byAuc = compareScored("roc_auc", { first, second }, options);
    expect(byAuc).toMatchObject({ method: "delong", difference: test.difference, pValue: test.pValue });
    const byLoss = compareScored("log_loss", { first, second }, options);
    expect(byLoss.difference).toBeLessThan(0);
    expect(byLoss.high).toBeLessThan(0);
    expect(byLoss.pValue).toBeLessThan(0.05);
  });

  it("have to be scored on the same rows", () => {
    const other = { ...second, labels: second.labels.toReversed() };
    expect(() => compareScored("f1", { first, second: other }, options)).toThrow("not scored on the same rows");
  });
});
