import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateValues, evaluateValuesWithReasons, valueMetricNames } from "./value-metrics.js";

const { values: cases } = JSON.parse(readFileSync(join(__dirname, "../../fixtures/metrics.json"), "utf8"));

interface Case {
  actual: number[];
  predicted: number[];
  weights?: number[];
  quantile: number;
  scores: Record<string, number>;
}

describe("evaluateValues", () => {
  it.each(cases as Case[])("gives scikit-learn's figures for $actual.length rows", (one) => {
    const { actual, predicted, weights, quantile, scores } = one;
    const measured = evaluateValues({
      ...{ actual: Float64Array.from(actual), predicted: Float64Array.from(predicted), quantile },
      weights: weights && Float64Array.from(weights),
    });
    expect(Object.keys(measured)).toEqual([...valueMetricNames]);
    for (const [name, value] of Object.entries(scores)) expect([name, measured[name]]).toEqual([name, near(value)]);
  });

  it("takes weights as repeated rows and does not ask for the order of the rows", () => {
    const number = fc.integer({ min: -9, max: 9 });
    const rows = fc.array(fc.tuple(number, number, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, (rows) => {
        fc.pre(rows.some(([, , times]) => times > 0));
        const repeated = rows.flatMap((row) => Array<typeof row>(row[2]).fill(row)).reverse();
        const valued = (list: typeof rows) => ({
          actual: Float64Array.from(list, ([actual]) => actual),
          predicted: Float64Array.from(list, ([, predicted]) => predicted),
        });
        const weighted = evaluateValues({ ...valued(rows), weights: Float64Array.from(rows, ([, , times]) => times) });
        const counted = evaluateValues(valued(repeated));
        expect(Object.keys(weighted)).toEqual(Object.keys(counted));
        for (const name of Object.keys(counted)) expect([name, weighted[name]]).toEqual([name, near(counted[name]!)]);
      }),
    );
  });

  it("leaves out what is not defined, and says why", () => {
    const { values, omitted } = evaluateValuesWithReasons({
      actual: Float64Array.of(0, 0),
      predicted: Float64Array.of(1, 2),
    });
    expect(values).toEqual({ mae: 1.5, rmse: Math.sqrt(2.5), median_absolute_error: 1.5, pinball: 0.75 });
    expect(omitted).toEqual({
      r2: expect.stringContaining("same actual value"),
      mape: expect.stringContaining("is 0"),
    });
  });

  it("refuses what is no number, and rows that do not fit", () => {
    const actual = Float64Array.of(1, 2);
    expect(() => evaluateValues({ actual, predicted: Float64Array.of(1, NaN) })).toThrow(
      "the predicted value of row 2 is NaN.",
    );
    expect(() => evaluateValues({ actual, predicted: Float64Array.of(1) })).toThrow("2 actual and 1 predicted");
  });
});

const near = (value: number) => expect.closeTo(value, 9);
