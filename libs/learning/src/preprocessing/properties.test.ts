import type { Table } from "@millrace/contracts";
import fc from "fast-check";
import { takeRows } from "../data/take-rows.js";
import { applyPreprocessor, compileRow } from "./apply-preprocessor.js";
import { fitAndApplyPreprocessor } from "./fit-and-apply.js";
import { fitPreprocessor } from "./fit-preprocessor.js";
import type { PreprocessStep } from "./preprocess-steps.js";
import { namesOf, numberColumn, rowsOf, tableOf, textColumn, transformed } from "./table-for-test.js";

type Cell = readonly [a: number | null, b: number | null, t: string | null];

const number: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Infinity, -Infinity, 1e300, 3e38, -3e38, 1e-40, -0),
);
const text: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "", "ä b");
const cell = fc.tuple(fc.option(number, { freq: 5 }), fc.option(number, { freq: 5 }), fc.option(text, { freq: 5 }));
const rows = fc.array(cell, { minLength: 1, maxLength: 25 });
const table = (cells: readonly Cell[]): Table =>
  tableOf(
    ...[0, 1].map((at) =>
      numberColumn(
        "ab"[at]!,
        cells.map((row) => row[at] as number | null),
      ),
    ),
    textColumn(
      "t",
      cells.map(([, , text]) => text),
    ),
  );

const fill: PreprocessStep[] = [
  { impute: "numeric", with: "constant", value: 2, indicators: true },
  { impute: "categorical", with: "constant", indicators: true },
];
const keep: PreprocessStep[] = [
  { impute: "numeric", with: "keep" },
  { impute: "categorical", with: "keep" },
];
const oneHot: PreprocessStep = { encode: "categorical", with: "one-hot" };
const knn: PreprocessStep = { impute: "numeric", with: "knn", neighbours: 2, columns: ["a", "b"] };
const always: Cell[] = [
  [1, 2, "a"],
  [3, -1, "b"],
];

const pipelines: Record<string, PreprocessStep[]> = {
  filled: [...fill, oneHot],
  kept: [...keep, oneHot],
  neighbours: [...keep, knn, oneHot],
  ...Object.fromEntries(
    (["standard", "min-max", "robust", "max-abs", "power", "quantile"] as const).map((how) => [
      how,
      [...keep, { clip: "numeric", with: "iqr" }, { scale: "numeric", with: how }, oneHot],
    ]),
  ),
  normal: [...fill, { scale: "numeric", with: "quantile", output: "normal" }, oneHot],
  buckets: [...fill, { buckets: "numeric", with: "quantile" }, { ...oneHot, columns: ["a", "t"], unknown: "column" }],
  ...Object.fromEntries(
    (["ordinal", "native", "frequency", "hashing", "target"] as const).map((how) => [
      how,
      [...keep, { encode: "categorical", with: how }, { encode: "categorical", with: how, columns: ["b"] }],
    ]),
  ),
  derived: [...keep, { derive: { d: "a / b", e: 'if(t == "a", log(a), b ^ 2)', f: "if(b > 0, t, 'none')" } }, oneHot],
};
const target = (count: number) => ({ codes: Int32Array.from({ length: count }, (_, row) => row % 3), classes: 3 });

describe.each(Object.entries(pipelines))("preprocessing: %s", (_, steps) => {
  const fitted = (cells: readonly Cell[]) =>
    fitPreprocessor(table(cells), steps, { features: ["a", "b", "t"], target: target(cells.length) });

  it("gives a row the numbers that it has in a table, to the bit, by position and by name, and after JSON", () => {
    fc.assert(
      fc.property(rows, rows, (train, test) => {
        const state = fitted([...always, ...train]);
        const expected = rowsOf(applyPreprocessor(state, table(test)));
        const toFeatures = compileRow(JSON.parse(JSON.stringify(state)));
        test.forEach(([a, b, t], row) => {
          expect([...toFeatures([a, b, t])]).toEqual(expected[row]);
          expect([...toFeatures({ t, b, a })]).toEqual(expected[row]);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("gives each row the same whatever rows are beside it, and learns nothing from rows that it is applied to", () => {
    fc.assert(
      fc.property(rows, rows, (train, test) => {
        const state = fitted([...always, ...train]);
        const before = JSON.stringify(state);
        const reversed = rowsOf(applyPreprocessor(state, table([...test].reverse())));
        expect(reversed.reverse()).toEqual(rowsOf(applyPreprocessor(state, table(test))));
        expect(JSON.stringify(state)).toBe(before);
      }),
      { numRuns: 20 },
    );
  });

  it("makes no infinity of whatever comes", () => {
    fc.assert(
      fc.property(rows, rows, (train, test) => {
        const { values } = applyPreprocessor(fitted([...always, ...train]), table(test));
        expect(values.every((value) => Math.abs(value) !== Infinity)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
const oneColumn = (values: readonly number[]): Table => tableOf(numberColumn("x", values));
const scaledBy = (how: "standard" | "min-max" | "robust" | "max-abs" | "quantile", values: readonly number[]) =>
  transformed([{ scale: "numeric", with: how }], oneColumn(values)).flat();
const expectNear = (actual: number[], expected: number[]) =>
  actual.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4));

describe("scaling", () => {
  it.each(["standard", "min-max", "robust", "quantile"] as const)("%s does not see a shift", (how) => {
    fc.assert(
      fc.property(whole, fc.integer({ min: -100, max: 100 }), (values, shift) => {
        const shifted = values.map((value) => value + shift);
        expectNear(scaledBy(how, shifted), scaledBy(how, values));
      }),
    );
  });

  it.each(["standard", "min-max", "robust", "quantile", "max-abs"] as const)("%s does not see a unit", (how) => {
    const different = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(different, fc.integer({ min: 1, max: 10 }), (values, unit) => {
        const inOtherUnit = values.map((value) => value * unit);
        expectNear(scaledBy(how, inOtherUnit), scaledBy(how, values));
      }),
    );
  });
});

it("the order of the training rows does not matter to what is learnt, but for the last digit", () => {
  fc.assert(
    fc.property(rows, (train) => {
      const all = [...always, ...train];
      const order = all.map((_, row) => all.length - 1 - row);
      const steps = pipelines.robust!;
      const one = table(all);
      const other = takeRows(one, order);
      const options = { features: namesOf(one) };
      expect(fitPreprocessor(other, steps, options)).toEqual(fitPreprocessor(one, steps, options));
    }),
  );
});

it("training rows come out of fitting as they come out of applying, where nothing looks at the target", () => {
  fc.assert(
    fc.property(rows, (train) => {
      const { state, matrix } = fitAndApplyPreprocessor(table(train), pipelines.filled!, { features: ["a", "b", "t"] });
      expect(matrix).toEqual(applyPreprocessor(state, table(train)));
    }),
  );
});
