import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { matrixOf, rowOf, seededRandom, takeMatrixRows } from "../index.js";
import { indexRows } from "../neighbours/nearest-neighbours.js";
import { mixedPoints } from "./mixed-points.js";
import type { ResampleData, Resampled } from "./resampler.js";
import { resamplerNamed } from "./resamplers.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/resampling.json"), "utf8"));

const run = (name: string, data: ResampleData, given = {}, seed = 1, threads = 1): Resampled => {
  const resampler = resamplerNamed(name);
  return resampler.resample(data, resampler.parameters(given), { random: seededRandom(seed), threads });
};
const all = (rows: number) => Array.from({ length: rows }, (_, row) => row);
const rowsOf = (y: Int32Array, code: number) => all(y.length).filter((row) => y[row] === code);
const sizes = (y: Int32Array) => Object.fromEntries([...new Set(y)].map((code) => [code, rowsOf(y, code).length]));

describe("classes become as large as imbalanced-learn makes them", () => {
  const random = seededRandom(2);
  it.each(fixture.sizes as { y: number[]; ratio: number; [name: string]: unknown }[])("ratio $ratio", (expected) => {
    const y = Int32Array.from(expected.y);
    const x = matrixOf(expected.y.map(() => [random.next(), random.next()]));
    for (const name of ["over", "smote", "under"]) {
      expect(sizes(run(name, { x, y, classes: 3 }, { ratio: expected.ratio }).y)).toEqual(expected[name]);
    }
  });
});

const points = fc
  .array(fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    minLength: 4,
    maxLength: 12,
  })
  .map((rows) => {
    const most = 3 * rows.length;
    const values = [...rows, ...all(most).map((row) => [row, -row, 7])];
    return { x: matrixOf(values), y: Int32Array.from(values, (_, row) => (row < rows.length ? 1 : 0)), classes: 2 };
  });

/** Whether a point lies between two others; what is lost by rounding is allowed for. */
function liesBetween(point: ArrayLike<number>, from: ArrayLike<number>, to: ArrayLike<number>): boolean {
  const widest = all(from.length).reduce((a, b) => (Math.abs(to[b]! - from[b]!) > Math.abs(to[a]! - from[a]!) ? b : a));
  const length = to[widest]! - from[widest]!;
  const step = length === 0 ? 0 : (point[widest]! - from[widest]!) / length;
  const off = all(from.length).map((at) => Math.abs(from[at]! + step * (to[at]! - from[at]!) - point[at]!));
  return step >= -1e-4 && step <= 1.0001 && Math.max(...off) < 1e-4;
}

describe("smote", () => {
  it("makes each row between a row of the class and one of its k nearest there", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 3 }), fc.integer(), (data, neighbours, seed) => {
        const { x, made } = run("smote", data, { neighbours }, seed);
        const members = rowsOf(data.y, 1);
        const { ids } = indexRows(takeMatrixRows(data.x, members), neighbours).ofRows(all(members.length), neighbours);
        const pairs = all(ids.length).map((at) => [members[Math.floor(at / neighbours)]!, members[ids[at]!]!] as const);
        for (const row of all(made)) {
          const point = rowOf(x, data.x.rows + row);
          expect(pairs.some(([a, b]) => liesBetween(point, rowOf(x, a), rowOf(x, b)))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("makes rows whose mean, covariance and quantiles are those of imbalanced-learn's", () => {
    const { minority, mean, covariance, quantiles } = fixture.distribution;
    const x = matrixOf([...minority, ...all(3000).map(() => [0, 0, 0])]);
    const y = Int32Array.from({ length: x.rows }, (_, row) => (row < 40 ? 1 : 0));
    const made = all(12).flatMap((seed) => {
      const result = run("smote", { x, y, classes: 2 }, {}, seed);
      return all(result.made).map((row) => [...rowOf(result.x, x.rows + row)]);
    });
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const column of all(3)) {
      const values = made.map((row) => row[column]!);
      const spread = Math.sqrt(covariance[column][column]);
      expect(Math.abs(average(values) - mean[column]) / spread).toBeLessThan(0.02);
      [0.1, 0.5, 0.9].forEach((share, at) => {
        const below = values.filter((value) => value < quantiles[at][column]).length / values.length;
        expect(Math.abs(below - share)).toBeLessThan(0.01);
      });
      for (const other of all(3)) {
        const product = average(made.map((row) => (row[column]! - mean[column]) * (row[other]! - mean[other])));
        const scale = spread * Math.sqrt(covariance[other][other]);
        expect(Math.abs(product - covariance[column][other]) / scale).toBeLessThan(0.03);
      }
    }
  });

  it("makes rows that move with the data, and are scaled with them", () => {
    const random = seededRandom(8);
    const whole = all(60).map(() => [random.integer(1000), random.integer(1000)]);
    const y = Int32Array.from(whole, (_, row) => (row < 15 ? 1 : 0));
    const made = (change: (value: number) => number) =>
      run("smote", { x: matrixOf(whole.map((row) => row.map(change))), y, classes: 2 }).x.values;
    const expected = made((value) => value);
    made((value) => value + 512).forEach((value, at) => expect(value).toBeCloseTo(expected[at]! + 512, 8));
    made((value) => value / 4).forEach((value, at) => expect(value).toBe(expected[at]! / 4));
  });

  it("makes copies where all rows of a class are the same", () => {
    const x = matrixOf([...all(8).map(() => [3, 4]), ...all(20).map((row) => [row, 0])]);
    const y = Int32Array.from({ length: 28 }, (_, row) => (row < 8 ? 1 : 0));
    const result = run("smote", { x, y, classes: 2 });
    expect(result.made).toBe(12);
    for (const row of all(12)) expect([...rowOf(result.x, 28 + row)]).toEqual([3, 4]);
  });
});

describe("smote-nc", () => {
  const { minority, categorical, median_std, ids, distances } = fixture.mixed;

  it("has imbalanced-learn's neighbours: other categories add the median of the standard deviations", () => {
    const found = indexRows(mixedPoints(matrixOf(minority), categorical), 5).ofRows(all(60), 5);
    expect([...found.ids]).toEqual(ids.flat());
    found.distances.forEach((distance, at) => expect(distance).toBeCloseTo(distances.flat()[at], 4));
    const encoded = mixedPoints(matrixOf(minority), categorical).values;
    const penalties = [...encoded].filter((_, at) => at % 15 >= 3 && encoded[at] !== 0);
    penalties.forEach((penalty) => expect(penalty * Math.SQRT2).toBeCloseTo(median_std, 5));
  });

  it("makes numbers between two rows, and categories that are the most frequent among the neighbours", () => {
    const most = 500;
    const x = matrixOf([...minority, ...all(most).map(() => minority[0])]);
    const y = Int32Array.from({ length: x.rows }, (_, row) => (row < 60 ? 1 : 0));
    const result = run("smote-nc", { x, y, classes: 2, categorical });
    const numbers = (row: ArrayLike<number>) => [1, 2, 4].map((column) => row[column]!);
    expect(result.made).toBe(most - 60);
    for (const row of all(result.made)) {
      const made = rowOf(result.x, x.rows + row);
      const bases = all(60).filter((base) =>
        ids[base].some((other: number) =>
          liesBetween(numbers(made), numbers(minority[base]), numbers(minority[other])),
        ),
      );
      expect(bases.some((base) => hasMostFrequent(made, base))).toBe(true);
    }
  });

  function hasMostFrequent(made: ArrayLike<number>, base: number): boolean {
    return categorical.every((column: number) => {
      const near: number[] = ids[base].map((other: number) => minority[other][column]);
      const count = (category: number) => near.filter((other) => other === category).length;
      return count(made[column]!) === Math.max(...near.map(count));
    });
  }

  it("counts a missing category, and one that no model can tell from it, as a category of its own", () => {
    const rows = [...all(10).map((row) => [row, row < 5 ? NaN : 300]), ...all(30).map((row) => [row, 1])];
    const y = Int32Array.from(rows, (_, row) => (row < 10 ? 1 : 0));
    const result = run("smote-nc", { x: matrixOf(rows), y, classes: 2, categorical: [1] });
    for (const row of all(result.made)) expect(rowOf(result.x, 40 + row)[1]).toBeNaN();
  });

  it("draws between equally frequent categories", () => {
    const rows = [...all(12).map((row) => [row % 2, row % 2]), ...all(60).map((row) => [row, 1])];
    const y = Int32Array.from(rows, (_, row) => (row < 12 ? 1 : 0));
    const { x, made } = run("smote-nc", { x: matrixOf(rows), y, classes: 2, categorical: [1] }, { neighbours: 11 });
    const categories = all(made).map((row) => rowOf(x, 72 + row)[1]);
    expect(new Set(categories)).toEqual(new Set([0, 1]));
  });
});

describe("over and under", () => {
  const x = matrixOf(all(50).map((row) => [row, row % 3 === 0 ? NaN : 1]));
  const data = { x, y: Int32Array.from({ length: 50 }, (_, row) => (row % 5 === 0 ? 1 : 0)), classes: 2 };

  it("over repeats rows of the smaller class, with their weights, missing values and all", () => {
    const weights = Float64Array.from({ length: 50 }, (_, row) => row);
    const result = run("over", { ...data, weights, categorical: [1] });
    expect([result.made, result.x.rows]).toEqual([30, 80]);
    for (const row of all(30)) {
      const source = result.x.values[(50 + row) * 2]!;
      expect(data.y[source]).toBe(1);
      expect(rowOf(result.x, 50 + row)).toEqual(rowOf(x, source));
      expect(result.weights![50 + row]).toBe(source);
    }
  });

  it("under leaves every row of the smallest class and as many of the others, drawn evenly", () => {
    const drawn = new Float64Array(50);
    for (const seed of all(400)) for (const row of run("under", data, {}, seed).kept) drawn[row]! += 1 / 400;
    data.y.forEach((code, row) => {
      if (code === 1) expect(drawn[row]).toBeCloseTo(1, 9);
      else expect(Math.abs(drawn[row]! - 0.25)).toBeLessThan(0.1);
    });
  });
});
