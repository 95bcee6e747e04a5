import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../data/random.js";
import { bootstrap } from "./bootstrap.js";
import { bootstrapInterval, intervalOf } from "./bootstrap-interval.js";
import { compareMeasures } from "./compare-measures.js";
import { delongInterval, delongTest } from "./delong.js";
import { acceleration } from "./jackknife.js";
import { mcnemar } from "./mcnemar.js";
import { meanMeasure, unitWeights } from "./measure.js";
import { normalQuantile } from "../data/normal-quantile.js";
import { normalCdf } from "./normal-distribution.js";
import { rankingOf } from "./ranking.js";
import { rocAucMeasure } from "./roc-auc.js";

const fixtures = JSON.parse(readFileSync(join(__dirname, "../../fixtures/metrics.json"), "utf8"));

describe("the normal distribution", () => {
  it("has SciPy's values", () => {
    const { points, cdf, shares, quantiles } = fixtures.normal;
    points.forEach((point: number, index: number) => expect(normalCdf(point) / cdf[index]).toBeCloseTo(1, 11));
    shares.forEach((share: number, index: number) => expect(normalQuantile(share)).toBeCloseTo(quantiles[index], 10));
  });
});

describe("DeLong's method", () => {
  const { delong } = fixtures;
  const isPositive = Uint8Array.from(delong.event);
  const scores: Float64Array[] = delong.scores.map((score: number[]) => Float64Array.from(score));

  it("gives the intervals of its authors' data, by the definition and as they are printed elsewhere", () => {
    scores.forEach((score, index) => {
      const found = delongInterval({ isPositive, scores: score });
      for (const name of ["auc", "standardError", "low", "high"] as const)
        expect(found[name]).toBeCloseTo(delong[name][index], 12);
      expect(found.auc).toBeCloseTo(delong.printed.auc[index], 4);
      expect(found.standardError).toBeCloseTo(delong.printed.standardError[index], 4);
    });
  });

  it("gives their tests of two scores on the same rows", () => {
    for (const pair of delong.pairs) {
      const found = delongTest({ isPositive, first: scores[pair.first]!, second: scores[pair.second]! });
      for (const name of ["standardError", "z", "pValue"] as const) expect(found[name]).toBeCloseTo(pair[name], 10);
    }
  });

  it("finds no difference between a score and itself, however it is mapped", () => {
    const second = scores[0]!.map((score) => Math.exp(score));
    expect(delongTest({ isPositive, first: scores[0]!, second })).toMatchObject({ difference: 0, z: 0, pValue: 1 });
  });

  it("has the AUC as its middle, and swaps its sign with the models", () => {
    const rows = fc.array(fc.record({ label: fc.boolean(), a: fc.nat(9), b: fc.nat(9) }), { minLength: 8 });
    fc.assert(
      fc.property(rows, (rows) => {
        const labels = Uint8Array.from(rows, ({ label }) => Number(label));
        const positives = labels.filter(Boolean).length;
        fc.pre(positives >= 2 && rows.length - positives >= 2);
        const [first, second] = [Float64Array.from(rows, ({ a }) => a), Float64Array.from(rows, ({ b }) => b)];
        const auc = rocAucMeasure(labels, rankingOf(first))(unitWeights(rows.length));
        expect(delongInterval({ isPositive: labels, scores: first }).auc).toBeCloseTo(auc!, 12);
        const there = delongTest({ isPositive: labels, first, second });
        const back = delongTest({ isPositive: labels, first: second, second: first });
        expect(there.z).toBeCloseTo(-back.z, 9);
        expect(there.pValue).toBeCloseTo(back.pValue, 9);
      }),
    );
  });

  it("needs two rows of either class", () => {
    expect(() => delongInterval({ isPositive: Uint8Array.of(1, 0, 0), scores: Float64Array.of(1, 2, 3) })).toThrow(
      "there are 1 positive and 2 negative",
    );
  });
});

describe("the bootstrap", () => {
  const { values, resampled, given, own } = fixtures.bootstrap;
  const measure = meanMeasure(Float64Array.from(values as number[]));
  const rows = values.length;

  it.each(["percentile", "bca"] as const)("makes SciPy's %s interval of the same resampled values", (method) => {
    const value = measure(unitWeights(rows))!;
    const skew = () => acceleration(measure, { rows, random: seededRandom(1) });
    const found = intervalOf(Float64Array.from(resampled as number[]), { value, confidence: 0.95, method }, skew);
    expect([found.low, found.high]).toEqual(given[method].map((bound: number) => expect.closeTo(bound, 6)));
  });

  it.each(["percentile", "bca"] as const)("comes to SciPy's %s interval by its own resamples", (method) => {
    const found = bootstrapInterval(measure, { rows, random: seededRandom(3), replicates: 20_000, method })!;
    const width = own[method][1] - own[method][0];
    expect(Math.abs(found.low - own[method][0]) / width).toBeLessThan(0.03);
    expect(Math.abs(found.high - own[method][1]) / width).toBeLessThan(0.03);
    expect(found).toMatchObject({ method, replicates: 20_000, undefinedReplicates: 0 });
  });

  it("gives the same for the same seed, and another for another", () => {
    const draw = (seed: number) => bootstrap([measure], { rows, random: seededRandom(seed), replicates: 20 })[0];
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });

  it("keeps the size of each stratum, and takes weights with the rows", () => {
    const strata = Int32Array.of(0, 1, 1, 1);
    const counts: number[][] = [];
    const options = { rows: 4, random: seededRandom(1), replicates: 10, strata };
    bootstrap([(weights) => void counts.push([...weights])], { ...options, weights: Float64Array.of(1, 2, 2, 2) });
    expect(counts.every(([first, ...others]) => first === 1 && others.reduce((a, b) => a + b) === 6)).toBe(true);
  });

  it("estimates the acceleration of many rows by blocks", () => {
    const { next } = seededRandom(2);
    const skewed = Float64Array.from({ length: 4000 }, () => -Math.log(1 - next()));
    const found = acceleration(meanMeasure(skewed), { rows: 4000, random: seededRandom(4) });
    // Of an exponential mean it is skewness / (6 √n).
    expect(found).toBeCloseTo(2 / (6 * Math.sqrt(4000)), 2);
    expect(found).toBeGreaterThan(0.002);
  });

  it("counts the resamples without a value, and falls back where all lie on one side", () => {
    const isPositive = Uint8Array.of(1, 0, 0, 0);
    const auc = rocAucMeasure(isPositive, rankingOf(Float64Array.of(4, 3, 2, 1)));
    const found = bootstrapInterval(auc, { rows: 4, random: seededRandom(1), replicates: 200 })!;
    expect(found.undefinedReplicates).toBeGreaterThan(20);
    expect(found).toMatchObject({ value: 1, low: 1, high: 1 });
    expect(bootstrapInterval(() => undefined, { rows: 4, random: seededRandom(1) })).toBeUndefined();
  });

  it("tells its progress, can be called off, and refuses what says nothing", () => {
    const options = { rows, random: seededRandom(1), replicates: 10 };
    const told: number[] = [];
    const signal = { aborted: false };
    const onProgress = (done: number) => (told.push(done), (signal.aborted = done === 4));
    expect(() => bootstrap([measure], { ...options, onProgress, signal })).toThrow("called off after 4 of 10");
    expect(told).toEqual([1, 2, 3, 4]);
    expect(() => bootstrap([measure], { ...options, replicates: 1 })).toThrow("1 resamples");
    expect(() => bootstrapInterval(measure, { ...options, confidence: 95 })).toThrow("a confidence of 95");
  });
});

describe("comparing two measures", () => {
  const { next } = seededRandom(8);
  const truth = Array.from({ length: 300 }, () => next());
  const isPositive = Uint8Array.from(truth, (value) => (next() < value ? 1 : 0));
  const scores = truth.map((value) => value + next() * 0.3);
  const auc = (values: readonly number[]) => rocAucMeasure(isPositive, rankingOf(Float64Array.from(values)));
  const options = { rows: 300, random: seededRandom(1), strata: Int32Array.from(isPositive), replicates: 500 };

  it("finds no difference between a model and itself", () => {
    const found = compareMeasures({ first: auc(scores), second: auc(scores) }, options);
    expect(found).toMatchObject({ difference: 0, low: 0, high: 0, pValue: 1 });
  });

  it("finds one between a model and noise, and agrees with DeLong's test on how sure that is", () => {
    const noisy = scores.map((value) => value + 1.5 * next());
    const found = compareMeasures({ first: auc(scores), second: auc(noisy) }, options);
    const [first, second] = [Float64Array.from(scores), Float64Array.from(noisy)];
    const expected = delongTest({ isPositive, first, second });
    expect(found.difference).toBeCloseTo(expected.difference, 12);
    expect(found.standardError / expected.standardError).toBeCloseTo(1, 0);
    expect(found.low).toBeGreaterThan(0);
    expect(found.pValue).toBeLessThan(0.02);
  });

  it("is refused where the metric has no value", () => {
    expect(() => compareMeasures({ first: () => undefined, second: auc(scores) }, options)).toThrow("has no value");
  });
});

describe("McNemar's test", () => {
  it.each(fixtures.mcnemar as { onlyFirst: number; onlySecond: number; pValue: number }[])(
    "is exact for $onlyFirst against $onlySecond",
    ({ onlyFirst, onlySecond, pValue }) => {
      const labels = new Int32Array(onlyFirst + onlySecond + 5);
      const first = labels.map((_, row) => (row < onlyFirst ? 0 : 1));
      const second = labels.map((_, row) => (row >= onlyFirst && row < onlyFirst + onlySecond ? 0 : 1));
      const found = mcnemar(labels, { first, second });
      expect(found).toMatchObject({ onlyFirst, onlySecond, pValue: expect.closeTo(pValue, 10) });
    },
  );

  it("finds nothing where the models agree, and needs the same rows", () => {
    const labels = Int32Array.of(0, 1);
    expect(mcnemar(labels, { first: labels, second: labels })).toMatchObject({ statistic: 0, pValue: 1 });
    expect(() => mcnemar(labels, { first: labels, second: Int32Array.of(1) })).toThrow("2 and 1 predictions");
  });
});
