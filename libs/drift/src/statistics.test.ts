import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cellsOfSorted } from "./cells.js";
import { chiSquare, type Pair } from "./chi-square.js";
import { effectOfShares, jensenShannon, populationStability } from "./distances.js";
import { falseDiscovery } from "./false-discovery.js";
import { certainDifference, kolmogorovSmirnov } from "./kolmogorov-smirnov.js";
import { upperGamma } from "./special-functions.js";
import { wasserstein } from "./wasserstein.js";

interface Sample {
  readonly reference: number[];
  readonly current: number[];
  readonly ks: number;
  readonly p: number;
  readonly wasserstein: number;
  readonly quartiles: [number, number, number];
  readonly deviation: number;
}
interface Shares {
  readonly reference: number[];
  readonly current: number[];
  readonly statistic: number;
  readonly p: number;
  readonly js: number;
  readonly psi: number;
}

/** Made by fixtures/make_statistics.py with SciPy. */
const scipy = JSON.parse(readFileSync(join(__dirname, "../fixtures/statistics.json"), "utf8")) as {
  samples: Sample[];
  tables: Shares[];
  gamma: [number, number, number][];
  kolmogorov: [number, number][];
  discovery: { p: number[]; q: number[] };
};
const cells = (values: readonly number[]) => cellsOfSorted(Float64Array.from(values).sort());
const pairsOf = ({ reference, current }: Shares): Pair[] => reference.map((count, at): Pair => [count, current[at]!]);

describe("the statistics are SciPy's", () => {
  it("in the largest difference of two samples", () => {
    for (const { reference, current, ks } of scipy.samples)
      expect(certainDifference(cells(reference), cells(current))).toBeCloseTo(ks, 12);
  });

  it("in the p of Kolmogorov and Smirnov, within 3 in 100 of the exact one, and small where that is small", () => {
    for (const { reference, current, ks, p } of scipy.samples) {
      const repeats = new Set(reference).size < reference.length / 2;
      const found = kolmogorovSmirnov(ks, reference.length, current.length);
      expect(Math.abs(found - p)).toBeLessThan(repeats ? 0.1 : 0.03);
      expect(found).toBeLessThan(Math.max(3 * p, 1e-12));
      expect(found).toBeGreaterThan(p / 3);
    }
  });

  it("in Kolmogorov's limit", () => {
    for (const [x, p] of scipy.kolmogorov) {
      const difference = x / (1e5 + 0.12 + 0.11 / 1e5);
      expect(kolmogorovSmirnov(difference, 2e10, 2e10)).toBeCloseTo(p, 9);
    }
  });

  it("in Wasserstein's distance", () => {
    for (const { reference, current, wasserstein: wanted, deviation } of scipy.samples) {
      const [one, other] = [cells(reference), cells(current)];
      const unit = wasserstein(
        one,
        one.map(([low, high, count]) => [low + deviation, high + deviation, count]),
        deviation,
      );
      const spread = deviation / unit.distance;
      expect(Math.abs(wasserstein(one, other, deviation).distance * spread - wanted)).toBeLessThan(2e-3 * wanted);
    }
  });

  it("in chi square, Jensen and Shannon's distance and the population stability index", () => {
    for (const table of scipy.tables) {
      const { statistic, p } = chiSquare(pairsOf(table));
      expect([statistic, p]).toEqual([expect.closeTo(table.statistic, 9), expect.closeTo(table.p, 9)]);
      expect(jensenShannon(pairsOf(table))).toBeCloseTo(table.js, 10);
      expect(populationStability(pairsOf(table))).toBeCloseTo(table.psi, 10);
    }
  });

  it("in the gamma function, far out as well", () => {
    for (const [shape, x, wanted] of scipy.gamma) expect(upperGamma(shape, x) / wanted).toBeCloseTo(1, 8);
  });

  it("in the false-discovery rate", () => {
    falseDiscovery(scipy.discovery.p).forEach((q, at) => expect(q).toBeCloseTo(scipy.discovery.q[at]!, 12));
  });
});

describe("distances", () => {
  it("are 0 where shares are the same and 1 where nothing is in common", () => {
    expect(
      jensenShannon([
        [10, 30],
        [20, 60],
      ]),
    ).toBeCloseTo(0, 7);
    expect(
      jensenShannon([
        [10, 0],
        [0, 60],
      ]),
    ).toBe(1);
    expect(
      populationStability([
        [10, 30],
        [20, 60],
      ]),
    ).toBeCloseTo(0, 12);
  });

  it("are effects of 0 where chance explains them, however small the samples are", () => {
    expect(
      jensenShannon([
        [11, 9],
        [9, 11],
      ]),
    ).toBeGreaterThan(0.08);
    expect(
      effectOfShares([
        [11, 9],
        [9, 11],
      ]),
    ).toBe(0);
    expect(
      effectOfShares([
        [11_000, 9000],
        [9000, 11_000],
      ]),
    ).toBeGreaterThan(0.08);
  });

  it("take a value that is far out for one that is ten spreads away", () => {
    const values = Array.from({ length: 1000 }, (_, at) => at / 1000);
    const [one, other] = [cells(values), cells([...values.slice(1), 1e12])];
    expect(wasserstein(one, other, 1).distance).toBeLessThan(0.02);
  });
});

describe("chi square", () => {
  it("pools categories that are too rare to be tested", () => {
    const rare: Pair[] = Array.from({ length: 50 }, (_, at): Pair => [at % 2, (at + 1) % 2]);
    expect(chiSquare([[500, 500], ...rare])).toMatchObject({ freedom: 1, p: 1 });
    expect(
      chiSquare([
        [500, 500],
        [2, 3],
      ]).freedom,
    ).toBe(0);
  });

  it("says nothing where a sample is empty", () => {
    expect(
      chiSquare([
        [0, 10],
        [0, 20],
      ]).p,
    ).toBe(1);
  });
});
