import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { matrixOf, rowOf, seededRandom, type Matrix } from "../index.js";
import type { ResampleData, Resampled } from "./resampler.js";
import { resamplerNamed } from "./resamplers.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/resampling.json"), "utf8"));

const run = (name: string, data: ResampleData, given = {}, seed = 1, threads = 1): Resampled => {
  const resampler = resamplerNamed(name);
  return resampler.resample(data, resampler.parameters(given), { random: seededRandom(seed), threads });
};
const removedRows = (data: ResampleData, { kept }: Resampled): number[] => {
  const left = new Set(kept);
  return Array.from({ length: data.x.rows }, (_, row) => row).filter((row) => !left.has(row));
};

describe("cleaning removes the rows that imbalanced-learn removes", () => {
  fixture.cleaning.forEach((expected: { x: number[][]; y: number[]; tomek: object; edited: [] }) => {
    const y = Int32Array.from(expected.y);
    const data = { x: matrixOf(expected.x), y, classes: Math.max(...y) + 1 };

    it.each(Object.entries(expected.tomek))(`Tomek links of ${data.classes} classes, %s`, (remove, rows) => {
      expect(rows.length).toBeGreaterThan(0);
      expect(removedRows(data, run("tomek-links", data, { remove }))).toEqual(rows);
    });

    it.each(expected.edited)(
      `edited nearest neighbours of ${data.classes} classes, $parameters`,
      ({ parameters, removed }: { parameters: object; removed: number[] }) => {
        expect(removedRows(data, run("edited-nearest-neighbours", data, parameters))).toEqual(removed);
      },
    );
  });
});

const distance = (x: Matrix, a: number, b: number): number =>
  Array.from(rowOf(x, a)).reduce((sum, value, column) => sum + (value - rowOf(x, b)[column]!) ** 2, 0);

/** By the definition, for any rows: of equally near rows the one with the lower number. */
function nearestByDefinition(x: Matrix, row: number): number {
  const others = Array.from({ length: x.rows }, (_, other) => other).filter((other) => other !== row);
  return others.reduce((best, other) => (distance(x, row, other) < distance(x, row, best) ? other : best));
}

function linkedByDefinition({ x, y }: { x: Matrix; y: Int32Array }): number[] {
  const nearest = Array.from(y, (_, row) => nearestByDefinition(x, row));
  return nearest.flatMap((other, row) => (y[row] !== y[other] && nearest[other] === row ? [row] : []));
}

/** Points of a coarse grid, so that there are duplicates and equal distances. */
const labelled = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 6,
    maxLength: 60,
  })
  .filter((rows) => new Set(rows.map(([, , code]) => code)).size > 1)
  .map((rows) => ({
    x: matrixOf(rows.map(([a, b]) => [a, b])),
    y: Int32Array.from(rows, ([, , code]) => code),
    classes: 3,
  }));

/** Where a class would be left without rows, there is nothing to compare. */
const unlessEmptied = (work: () => void): void => {
  try {
    work();
  } catch (error) {
    if ((error as { code?: string }).code !== "RESAMPLE_CLASS_EMPTIED") throw error;
  }
};

describe("cleaning", () => {
  it("removes Tomek links as they are defined, with duplicates and equal distances", () => {
    fc.assert(
      fc.property(labelled, (data) =>
        unlessEmptied(() => {
          expect(removedRows(data, run("tomek-links", data, { remove: "all" }))).toEqual(linkedByDefinition(data));
        }),
      ),
    );
  });

  it("leaves rows in their order, with their classes, weights and values", () => {
    fc.assert(
      fc.property(labelled, fc.constantFrom("tomek-links", "edited-nearest-neighbours"), (data, name) =>
        unlessEmptied(() => {
          const weights = Float64Array.from(data.y, (_, row) => row);
          const { x, y, kept, made, weights: left } = run(name, { ...data, weights });
          expect([made, x.rows, y.length]).toEqual([0, kept.length, kept.length]);
          expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
          expect([...left!]).toEqual([...kept]);
          kept.forEach((row, at) => {
            expect(y[at]).toBe(data.y[row]);
            expect(rowOf(x, at)).toEqual(rowOf(data.x, row));
          });
        }),
      ),
    );
  });

  it("does not depend on the order of the rows, where no distances are equal", () => {
    const random = seededRandom(4);
    const x = matrixOf(Array.from({ length: 200 }, () => [random.next(), random.next(), random.next()]));
    const y = Int32Array.from({ length: 200 }, (_, row) => (row % 5 === 0 ? 1 : 0));
    const order = random.shuffle(Int32Array.from({ length: 200 }, (_, row) => row));
    const mixed = { x: matrixOf([...order].map((row) => rowOf(x, row))), y: order.map((row) => y[row]!), classes: 2 };
    for (const name of ["tomek-links", "edited-nearest-neighbours"]) {
      const removed = removedRows({ x, y, classes: 2 }, run(name, { x, y, classes: 2 }));
      const removedOfMixed = removedRows(mixed, run(name, mixed)).map((row) => order[row]!);
      expect(removed.length).toBeGreaterThan(2);
      expect(removedOfMixed.sort((a, b) => a - b)).toEqual(removed);
    }
  });

  it("after SMOTE sees the made rows too: smote-tomek is SMOTE without the links among all rows", () => {
    const random = seededRandom(6);
    const x = matrixOf(Array.from({ length: 150 }, () => [random.next(), random.next()]));
    const data = { x, y: Int32Array.from({ length: 150 }, (_, row) => (row % 4 === 0 ? 1 : 0)), classes: 2 };
    const made = run("smote", data);
    const linked = new Set(
      linkedByDefinition({ x: { ...made.x, values: Float32Array.from(made.x.values) }, y: made.y }),
    );
    const cleaned = run("smote-tomek", data);
    expect(linked.size).toBeGreaterThan(4);
    expect([...cleaned.kept]).toEqual([...made.kept].filter((row) => !linked.has(row)));
    expect(cleaned.kept.length + cleaned.made).toBe(made.x.rows - linked.size);
    const left = Array.from({ length: made.x.rows }, (_, row) => row).filter((row) => !linked.has(row));
    left.forEach((row, at) => expect(rowOf(cleaned.x, at)).toEqual(rowOf(made.x, row)));
    expect([...cleaned.y]).toEqual(left.map((row) => made.y[row]));
  });

  it("after SMOTE by edited neighbours leaves each row among its own", () => {
    const [{ x, y }] = fixture.cleaning;
    const data = { x: matrixOf(x), y: Int32Array.from(y as number[]), classes: 2 };
    const made = run("smote", data);
    const again = { x: made.x, y: made.y, classes: 2 };
    const expected = run("edited-nearest-neighbours", again, { remove: "all", kind: "mode" });
    const cleaned = run("smote-enn", data, { kind: "mode" });
    expect(cleaned.x).toEqual(expected.x);
    expect(cleaned.y).toEqual(expected.y);
    expect(cleaned.made).toBe([...expected.kept].filter((row) => row >= data.x.rows).length);
  });

  it("is refused where it would take every row of a class", () => {
    const x = matrixOf([[0], [1], [10], [11], [10.5]]);
    const data = { x, y: Int32Array.of(0, 0, 0, 0, 1), classes: 2 };
    expect(() => run("edited-nearest-neighbours", data, { neighbours: 1, remove: "all" })).toThrow(
      "edited-nearest-neighbours would remove every row of class 1.",
    );
    expect(() => run("edited-nearest-neighbours", data, { neighbours: 5 })).toThrow(
      "5 rows are too few for 5 neighbours of each. Set edited-nearest-neighbours.neighbours to 4 or less",
    );
  });
});
