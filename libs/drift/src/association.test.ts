import fc from "fast-check";
import { associationOf } from "./association.js";
import { generator, many, normal, numbers, texts } from "./generated-for-test.js";
import { predictsAlone } from "./predicts-alone.js";

const rows = 3000;
const random = generator(31);
const measure = many(rows, () => normal(random));

describe("how nearly two columns say the same", () => {
  const wordFor = (value: number): string => (value > 0.5 ? "high" : value > -0.5 ? "middle" : "low");

  it("is 1 for numbers in the same or the opposite order", () => {
    expect(
      associationOf(
        numbers("a", measure),
        numbers(
          "b",
          measure.map((x) => Math.exp(-x)),
        ),
      ),
    ).toBeCloseTo(1, 12);
  });

  it("is 1 for categories that are written in another way", () => {
    const one = texts("a", measure.map(wordFor));
    expect(
      associationOf(
        one,
        texts(
          "b",
          measure.map((x) => wordFor(x).toUpperCase()),
        ),
      ),
    ).toBeCloseTo(1, 9);
    expect(
      associationOf(
        one,
        numbers(
          "b",
          measure.map((x) => wordFor(x).length),
        ),
      ),
    ).toBeGreaterThan(0.99);
  });

  it("is large for numbers beside their categories, in either order", () => {
    const [a, b] = [numbers("a", measure), texts("b", measure.map(wordFor))];
    expect(associationOf(a, b)).toBeGreaterThan(0.9);
    expect(associationOf(a, b)).toBe(associationOf(b, a));
  });

  it("is near 0 for columns that have nothing to do with each other, also if each row differs", () => {
    const other = numbers(
      "b",
      many(rows, () => normal(random)),
    );
    expect(associationOf(numbers("a", measure), other)).toBeLessThan(0.06);
    expect(
      associationOf(
        texts(
          "a",
          many(rows, (row) => `id${row}`),
        ),
        texts("b", measure.map(wordFor)),
      ),
    ).toBe(0);
    expect(
      associationOf(
        texts(
          "a",
          many(rows, (row) => `id${row}`),
        ),
        other,
      ),
    ).toBe(0);
  });

  it("looks at rows only where both have a value", () => {
    const holed = measure.map((x, row) => (row % 3 === 0 ? NaN : x));
    expect(associationOf(numbers("a", holed), numbers("b", measure))).toBeCloseTo(1, 12);
    expect(
      associationOf(
        numbers(
          "a",
          many(rows, () => NaN),
        ),
        numbers("b", measure),
      ),
    ).toBe(0);
  });

  it("is from 0 to 1 and the same both ways round, whatever the columns are", () => {
    const column = fc.oneof(
      fc
        .array(fc.oneof(fc.double(), fc.integer({ min: 0, max: 3 })), { minLength: 30, maxLength: 30 })
        .map((values) => numbers("n", values)),
      fc
        .array(fc.option(fc.constantFrom("a", "b", "c", "d"), { nil: undefined }), { minLength: 30, maxLength: 30 })
        .map((values) => texts("t", values)),
    );
    fc.assert(
      fc.property(column, column, (one, other) => {
        const found = associationOf(one, other);
        expect(found >= 0 && found <= 1).toBe(true);
        expect(associationOf(other, one)).toBeCloseTo(found, 9);
        const alone = predictsAlone(one, other);
        expect(alone >= 0 && alone <= 1).toBe(true);
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});

describe("how much a column alone tells of the target", () => {
  const target = texts(
    "y",
    measure.map((x) => (x > 0.8 ? "yes" : "no")),
  );

  it("is nearly all where it leaks", () => {
    expect(predictsAlone(numbers("x", measure), target)).toBeGreaterThan(0.9);
    expect(
      predictsAlone(
        texts(
          "x",
          measure.map((x) => (x > 0.8 ? "paid" : "open")),
        ),
        target,
      ),
    ).toBeGreaterThan(0.95);
    expect(
      predictsAlone(
        numbers(
          "x",
          measure.map((x) => (x > 0.8 ? x : NaN)),
        ),
        target,
      ),
    ).toBeGreaterThan(0.95);
    expect(
      predictsAlone(
        numbers("x", measure),
        numbers(
          "y",
          measure.map((x) => x * 3 + 1),
        ),
      ),
    ).toBeGreaterThan(0.95);
  });

  it("is some where it has to do with it", () => {
    const found = predictsAlone(
      numbers(
        "x",
        measure.map((x) => x + normal(random)),
      ),
      target,
    );
    expect(found).toBeGreaterThan(0.1);
    expect(found).toBeLessThan(0.6);
  });

  it("is nothing where it has nothing to do with it, is constant, or is different in each row", () => {
    expect(
      predictsAlone(
        numbers(
          "x",
          many(rows, () => random()),
        ),
        target,
      ),
    ).toBeLessThan(0.02);
    expect(
      predictsAlone(
        numbers(
          "x",
          many(rows, () => 1),
        ),
        target,
      ),
    ).toBeLessThan(1e-5);
    expect(
      predictsAlone(
        texts(
          "x",
          many(rows, (row) => `id${row}`),
        ),
        target,
      ),
    ).toBeLessThan(0.01);
    expect(
      predictsAlone(
        texts(
          "x",
          many(rows, (row) => `id${row}`),
        ),
        numbers("y", measure),
      ),
    ).toBeLessThan(0.01);
  });

  it("is nothing where the target is a single class or missing", () => {
    expect(
      predictsAlone(
        numbers("x", measure),
        texts(
          "y",
          many(rows, () => "yes"),
        ),
      ),
    ).toBe(0);
    expect(
      predictsAlone(
        numbers("x", measure),
        numbers(
          "y",
          many(rows, () => NaN),
        ),
      ),
    ).toBe(0);
  });
});
