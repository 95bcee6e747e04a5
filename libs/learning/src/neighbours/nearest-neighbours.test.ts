import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { matrixOf, seededRandom, type Matrix } from "../index.js";
import { indexRows, type Neighbours } from "./nearest-neighbours.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/resampling.json"), "utf8")).neighbours;

const float32 = (x: Matrix): Matrix => ({ ...x, values: Float32Array.from(x.values) });
const all = (x: Matrix) => Int32Array.from({ length: x.rows }, (_, row) => row);
const own = (x: Matrix, k: number, threads = 1) => indexRows(x, k, { threads }).ofRows(all(x), k);

/** Every distance, in f64 on values rounded to f32, column by column; equally near rows by their number. */
function bruteForce(x: Matrix, queries: Matrix, k: number, isOwn: boolean): Neighbours {
  const [a, b] = [float32(queries), float32(x)];
  const found = Array.from({ length: a.rows }, (_, query) =>
    Array.from(all(b))
      .filter((row) => !isOwn || row !== query)
      .map((row) => ({ row, distance: distance(a, query, b, row) }))
      .sort((one, other) => one.distance - other.distance || one.row - other.row)
      .slice(0, k),
  ).flat();
  return {
    k,
    ids: Int32Array.from(found, ({ row }) => row),
    distances: Float64Array.from(found, ({ distance }) => Math.sqrt(distance)),
  };
}

function distance(a: Matrix, rowA: number, b: Matrix, rowB: number): number {
  let sum = 0;
  for (let column = 0; column < a.columns; column++) {
    sum += (a.values[rowA * a.columns + column]! - b.values[rowB * a.columns + column]!) ** 2;
  }
  return sum;
}

/** Rows that lie near a few directions, with duplicates. */
function cloud(rows: number, columns: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [long, short] = [random.next() * 10, random.next() * 3];
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = long * (column % 3) + short * (column % 2) + random.next();
    }
    if (row > 5 && random.next() < 0.1) values.copyWithin(row * columns, 0, columns * 2 * (row % 2));
  }
  return { rows, columns, values };
}

describe("neighbours are scikit-learn's", () => {
  const x = matrixOf(fixture.x);
  const expectSame = (found: Neighbours, expected: { ids: number[][]; distances: number[][] }) => {
    expect([...found.ids]).toEqual(expected.ids.flat());
    found.distances.forEach((distance, at) => expect(distance).toBeCloseTo(expected.distances.flat()[at]!, 5));
  };

  it("of the rows themselves", () => expectSame(own(x, 4), fixture.own));
  it("of other rows", () => expectSame(indexRows(x, 4).of(matrixOf(fixture.queries), 4), fixture.other));
});

describe("neighbours are brute force's, ids and distances to the bit", () => {
  const coordinate = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.float({ noNaN: true, noDefaultInfinity: true }));
  const matrices = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(coordinate, { minLength: columns, maxLength: columns }), { minLength: 3, maxLength: 90 }),
    );

  it("for any rows, with duplicates and with values of any size", () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 8 }), (rows, wanted) => {
        const x = matrixOf(rows);
        const k = Math.min(wanted, x.rows - 1);
        expect(own(x, k)).toEqual(bruteForce(x, x, k, true));
        expect(indexRows(x, k).of(x, k)).toEqual(bruteForce(x, x, k, false));
      }),
      { numRuns: 60 },
    );
  });

  it("where all coordinates are small whole numbers, so that most distances are equal", () => {
    const rows = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 }), {
      minLength: 150,
      maxLength: 400,
    });
    fc.assert(
      fc.property(rows, (given) => {
        const x = matrixOf(given);
        expect(own(x, 7)).toEqual(bruteForce(x, x, 7, true));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["1,500 rows of 20 columns", cloud(1500, 20, 1), 5],
    ["700 rows of 1 column", cloud(700, 1, 2), 3],
    ["400 rows of 300 columns", cloud(400, 300, 3), 5],
    ["600 rows of 130 columns", cloud(600, 130, 4), 2],
    ["150 rows of 1,100 columns", cloud(80, 1100, 5), 2],
    ["600 rows and many neighbours", cloud(600, 5, 6), 150],
  ])("%s", (_, x, k) => {
    expect(own(x, k, 2)).toEqual(bruteForce(x, x, k, true));
  });

  it("far from the origin, and with one row far from all others", () => {
    const { rows, columns, values } = cloud(500, 6, 7);
    const moved = { rows, columns, values: values.map((value) => value + 1e6) };
    const apart = { rows, columns, values: values.slice() };
    apart.values[0] = 1e30;
    expect(own(moved, 4)).toEqual(bruteForce(moved, moved, 4, true));
    expect(own(apart, 4)).toEqual(bruteForce(apart, apart, 4, true));
  });

  it("where two groups lie so far apart that rotated floats cannot tell the rows of one apart", () => {
    const random = seededRandom(14);
    const apart = matrixOf(
      Array.from({ length: 600 }, (_, row) => [0, 3e6, 7e6].map((far) => random.integer(5) + far * (row % 2))),
    );
    expect(own(apart, 5)).toEqual(bruteForce(apart, apart, 5, true));
  });

  it("where each row is there hundreds of times", () => {
    const random = seededRandom(13);
    const x = matrixOf(Array.from({ length: 1200 }, () => [random.integer(2), random.integer(2)]));
    expect(own(x, 4)).toEqual(bruteForce(x, x, 4, true));
  });

  it("where all rows are the same: the lowest other row numbers", () => {
    const x = { rows: 100, columns: 2, values: new Float32Array(200).fill(7) };
    expect(own(x, 9)).toEqual(bruteForce(x, x, 9, true));
    const { ids, distances } = own(x, 2);
    expect([...ids.subarray(0, 6)]).toEqual([1, 2, 0, 2, 0, 1]);
    expect(distances.every((distance) => distance === 0)).toBe(true);
  });
});

describe("neighbours", () => {
  it("are the same on one thread and on two", () => {
    const x = cloud(3000, 12, 8);
    expect(own(x, 5, 2)).toEqual(own(x, 5, 1));
  });

  it("can be asked of some rows, in any order, more than once", () => {
    const x = cloud(400, 4, 9);
    const [index, everything] = [indexRows(x, 5), own(x, 3)];
    const asked = [17, 3, 399, 3];
    const expected = asked.flatMap((row) => [...everything.ids.subarray(row * 3, row * 3 + 3)]);
    expect([...index.ofRows(asked, 3).ids]).toEqual(expected);
    expect([...index.ofRows(asked, 3).ids]).toEqual(expected);
    expect(index.ofRows([], 3).ids).toHaveLength(0);
  });

  it("do not change when all rows are moved or scaled by a power of two", () => {
    const { rows, columns, values } = cloud(700, 8, 10);
    const whole = values.map((value) => Math.round(value * 64));
    const moved = { rows, columns, values: whole.map((value) => value + 4096) };
    const scaled = { rows, columns, values: whole.map((value) => value / 1024) };
    const expected = own({ rows, columns, values: whole }, 3);
    expect(own(moved, 3)).toEqual(expected);
    expect(own(scaled, 3).ids).toEqual(expected.ids);
  });

  it("tell how far they are, and can be cancelled between two calls", () => {
    const x = cloud(2500, 3, 11);
    const told: number[][] = [];
    indexRows(x, 1, { onProgress: (done, total) => told.push([done, total]) }).ofRows(all(x), 1);
    expect(told).toEqual([
      [1024, 2500],
      [2048, 2500],
      [2500, 2500],
    ]);
    const signal = { aborted: false };
    const index = indexRows(x, 1, { signal, onProgress: () => (signal.aborted = true) });
    expect(() => index.ofRows(all(x), 1)).toThrow(expect.objectContaining({ code: "LEARNING_CANCELLED" }));
  });

  it.each([NaN, Infinity, 1e300])("of rows with %d are refused, with the place", (value) => {
    const rows = () =>
      matrixOf([
        [1, 2],
        [3, value],
        [5, 6],
      ]);
    expect(() => indexRows(rows(), 1)).toThrow("row 1, column 1: the value");
    const index = indexRows(
      matrixOf([
        [0, 0],
        [1, 1],
      ]),
      1,
    );
    expect(() => index.of(rows(), 1)).toThrow(expect.objectContaining({ code: "NEIGHBOURS_NOT_FINITE" }));
  });

  it("are refused where there are too few rows, other columns, or no room", () => {
    const x = cloud(4, 2, 12);
    expect(() => own(x, 4)).toThrow("4 neighbours were asked for, and there are 3 rows to choose from");
    expect(() => indexRows(x, 2).ofRows([0], 3)).toThrow("at most 2 were announced");
    expect(() => indexRows(x, 1).of(cloud(2, 3, 1), 1)).toThrow("rows of 2 columns, and the queries have 3");
    expect(() => indexRows({ rows: 2e7, columns: 30, values: new Float32Array(0) }, 1)).toThrow(
      expect.objectContaining({ code: "TASK_TOO_LARGE" }),
    );
  });
});
