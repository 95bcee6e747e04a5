import fc from "fast-check";
import { fairness } from "./fairness.js";
import { gainTable } from "./gain-table.js";
import { evaluateProbabilities } from "./metrics.js";
import { groupsOfColumn, sliceMetrics, sliceValues } from "./slices.js";

const scores = [0.9, 0.8, 0.3, 0.1, 0.7, 0.4, 0.6, 0.2];
const scored = {
  labels: Int32Array.of(1, 1, 0, 0, 1, 1, 0, 0),
  probabilities: Float64Array.from(scores.flatMap((score) => [1 - score, score])),
  classes: ["no", "yes"],
};
const groups = { names: ["f", "m", "x"], codes: Int32Array.of(0, 0, 0, 0, 1, 1, 1, -1) };

describe("slices", () => {
  const slices = sliceMetrics(scored, groups);

  it("are measured each by itself, with counts and rates; rows without a group are one of their own", () => {
    expect(slices.map(({ name, rows }) => [name, rows])).toEqual([
      ["f", 4],
      ["m", 3],
      ["(missing)", 1],
    ]);
    expect(slices[0]).toMatchObject({
      positiveRate: 0.5,
      selectionRate: 0.5,
      truePositiveRate: 1,
      falsePositiveRate: 0,
    });
    expect(slices[1]).toMatchObject({
      ...{ selectionRate: 2 / 3, truePositiveRate: 0.5, falsePositiveRate: 1 },
      values: { recall: 0.5, roc_auc: 0.5 },
    });
    expect(slices[2]!.truePositiveRate).toBeUndefined();
    expect(slices[2]!.omitted).toHaveProperty("roc_auc");
  });

  it("of one group are the whole", () => {
    const [slice] = sliceMetrics(scored, { names: ["all"], codes: new Int32Array(8) });
    expect(slice!.values).toEqual(evaluateProbabilities(scored));
  });

  it("count weights", () => {
    const weights = Float64Array.of(1, 1, 1, 1, 2, 1, 1, 1);
    expect(sliceMetrics({ ...scored, weights }, groups)[1]).toMatchObject({ weight: 4, positiveRate: 0.75 });
  });

  it("differ by what fairness says, without the groups that are too small", () => {
    const found = fairness(slices, 3);
    expect(found.leftOut).toEqual(["(missing)"]);
    expect(found.by.recall).toEqual({
      lowest: { slice: "m", value: 0.5 },
      highest: { slice: "f", value: 1 },
      difference: 0.5,
      ratio: 0.5,
    });
    expect(found.demographicParity).toMatchObject({ difference: expect.closeTo(1 / 6, 12), ratio: 0.75 });
    expect(found.equalOpportunity).toMatchObject({ difference: 0.5, ratio: 0.5 });
    expect(found.equalizedOdds).toEqual({ difference: 1, ratio: 0 });
    expect(fairness(slices).by).toEqual({});
  });

  it("come from a column: its texts, or its numbers in quarters", () => {
    expect(groupsOfColumn({ name: "g", kind: "text", codes: groups.codes, dictionary: groups.names })).toEqual(groups);
    const values = Float64Array.of(1, 2, 3, 4, 5, NaN);
    expect(groupsOfColumn({ name: "n", kind: "number", values })).toEqual({
      names: ["< 2", "≥ 2, < 3", "≥ 3, < 4", "≥ 4"],
      codes: Int32Array.of(0, 1, 2, 3, 3, -1),
    });
    expect(groupsOfColumn({ name: "n", kind: "number", values: Float64Array.of(0, 0, 0, 0, 0, 1) }).names).toEqual([
      "(all)",
    ]);
  });

  it("of a regression are measured in the same way", () => {
    const valued = { actual: Float64Array.of(1, 2, 3), predicted: Float64Array.of(1, 4, 3) };
    const found = sliceValues(valued, { names: ["a", "b"], codes: Int32Array.of(0, 0, 1) });
    expect(found.map(({ name, rows, values }) => [name, rows, values.mae])).toEqual([
      ["a", 2, 1],
      ["b", 1, 0],
    ]);
    expect(found[1]!.omitted).toHaveProperty("r2");
  });

  it("need the group of each row", () => {
    expect(() => sliceMetrics(scored, { names: ["a"], codes: new Int32Array(3) })).toThrow("3 codes of groups for 8");
  });
});

describe("the gain table", () => {
  const isPositive = Uint8Array.from(scored.labels);

  it("says how many of the positives the best rows hold", () => {
    const table = gainTable({ scores: Float64Array.from(scores), isPositive, bins: 4 })!;
    expect(table.map(({ rate }) => rate)).toEqual([1, 0.5, 0.5, 0]);
    expect(table.map(({ lift }) => lift)).toEqual([2, 1, 1, 0]);
    expect(table.map(({ gain }) => gain)).toEqual([0.5, 0.75, 1, 1]);
    expect(table.map(({ cumulativeLift }) => cumulativeLift)).toEqual([2, 1.5, 4 / 3, 1]);
  });

  it("spreads ties evenly, does not ask for the order of the rows, and ends with all", () => {
    const rows = fc.array(fc.record({ label: fc.boolean(), score: fc.nat(5), times: fc.nat(3) }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (rows) => {
        fc.pre(rows.some(({ label, times }) => label && times > 0));
        const repeated = rows.flatMap((row) => Array<typeof row>(row.times).fill(row)).reverse();
        const table = (list: typeof rows, weighted: boolean) =>
          gainTable({
            scores: Float64Array.from(list, ({ score }) => score),
            isPositive: Uint8Array.from(list, ({ label }) => Number(label)),
            weights: weighted ? Float64Array.from(list, ({ times }) => times) : undefined,
          })!;
        const counted = table(repeated, false);
        table(rows, true).forEach((bin, index) => expect(bin.gain).toBeCloseTo(counted[index]!.gain, 9));
        expect(counted.at(-1)!.gain).toBeCloseTo(1, 12);
      }),
    );
    const tied = gainTable({ scores: new Float64Array(8), isPositive, bins: 4 })!;
    expect(tied.map(({ lift }) => lift)).toEqual([1, 1, 1, 1]);
  });

  it("says nothing without positives", () => {
    expect(gainTable({ scores: Float64Array.of(1), isPositive: Uint8Array.of(0) })).toBeUndefined();
  });
});
