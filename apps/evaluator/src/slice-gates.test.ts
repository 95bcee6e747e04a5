import { pipelineSpec, type Table } from "@millrace/contracts";
import type { Scored } from "@millrace/learning";
import { fairnessGates, sliceGates } from "./slice-gates.js";
import { sliceColumns, slicesOf } from "./slices-of.js";

// 100 men, of whom 10 are taken for the wrong class; 60 women, of whom 30 are; 10 rows of others, all wrong.
const groups = [
  ["M", 100, 10],
  ["F", 60, 30],
  ["X", 10, 10],
] as const;
const labels = Int32Array.from(groups.flatMap(([, rows]) => Array.from({ length: rows }, (_, index) => index % 2)));
const wrong = groups.flatMap(([, rows, errors]) => Array.from({ length: rows }, (_, index) => index < errors));
const scored: Scored = {
  ...{ labels, classes: ["no", "yes"], positive: "yes" },
  probabilities: Float64Array.from(
    [...labels].flatMap((label, row) => ((label === 1) !== wrong[row] ? [0.2, 0.8] : [0.8, 0.2])),
  ),
};
const dictionary = ["F", "M", "X"];
const codes = Int32Array.from(groups.flatMap(([name, rows]) => Array(rows).fill(dictionary.indexOf(name))));
const table: Table = {
  rows: labels.length,
  columns: [
    { name: "Gender", kind: "text", dictionary, codes },
    { name: "flag", kind: "number", values: Float64Array.from(codes, (code) => +(code === 2)) },
    { name: "amount", kind: "number", values: Float64Array.from(codes, (_, row) => row) },
    {
      ...{ name: "id", kind: "text", codes: Int32Array.from(codes, (_, row) => row) },
      dictionary: Array.from({ length: labels.length }, (_, row) => String(row).padStart(4, "0")),
    },
  ],
};

const acceptOf = (accept: object) =>
  pipelineSpec.parse({ name: "p", source: { path: "a.csv" }, target: { column: "t" }, accept }).accept;

function gatesOf(settings: object) {
  const accept = acceptOf(settings);
  const order = Uint32Array.from(labels, (_, row) => row);
  const slices = slicesOf(scored, table, sliceColumns(accept), order);
  return [...sliceGates(accept, slices), ...fairnessGates(accept, slices)];
}

describe("floors for groups of rows", () => {
  it("are those of all rows where only columns are named, and leave out groups of fewer than 50 rows", () => {
    const gates = gatesOf({ at_least: { accuracy: 0.6 }, slices: ["Gender"] });
    expect(gates).toEqual([
      {
        ...{ name: "slices.Gender.accuracy", passed: false },
        says: "accuracy misses the floor of .6 in groups of Gender: .500 with F (60 rows)",
      },
    ]);
  });

  it("may be set by themselves, and name the worst group where all pass", () => {
    const slices = { columns: ["Gender"], at_least: { accuracy: 0.5, log_loss: 1 } };
    expect(gatesOf({ slices })).toEqual([
      {
        ...{ name: "slices.Gender.accuracy", passed: true },
        says: "accuracy meets the floor of .5 in each group of Gender (worst: .500 with F)",
      },
      expect.objectContaining({ name: "slices.Gender.log_loss", passed: true }),
    ]);
    const small = { ...slices, at_least: { accuracy: 0.5 }, min_rows: 5 };
    expect(gatesOf({ slices: small })[0]!.says).toMatch(/misses .*: 0 with X \(10 rows\)$/);
  });

  it("fail where no group can be judged, and where there is no such column", () => {
    const floors = { at_least: { accuracy: 0.1 } };
    expect(gatesOf({ ...floors, slices: { columns: ["Gender"], min_rows: 1000 } })[0]).toMatchObject({
      passed: false,
      says: "accuracy is known of no group of Gender with 1000 rows",
    });
    expect(gatesOf({ ...floors, slices: ["Sex"] })[0]).toMatchObject({
      passed: false,
      says: "the test rows have no column Sex to tell groups by",
    });
  });

  it("tell numbers by their values where they are few, by quarters otherwise, and many texts by the largest groups", () => {
    const order = Uint32Array.from(labels, (_, row) => row);
    const [flag, amount, id] = slicesOf(scored, table, ["flag", "amount", "id"], order);
    expect(flag!.groups!.map(({ name, rows }) => [name, rows])).toEqual([
      ["0", 160],
      ["1", 10],
    ]);
    expect(amount!.groups).toHaveLength(4);
    expect(id!.groups).toHaveLength(101);
    expect(id!.groups!.at(-1)).toMatchObject({ name: "(70 smaller groups)", rows: 70 });
  });
});

describe("how far groups may lie apart", () => {
  it("is bounded by any rate or metric, of groups with enough rows", () => {
    const fairness = { column: "Gender", metric: "accuracy", at_most: 0.4 };
    expect(gatesOf({ fairness })).toEqual([
      {
        ...{ name: "fairness.Gender.accuracy", passed: true },
        says: "the accuracy differs by .400 between groups of Gender (.900 with M, .500 with F), no more than .4",
      },
    ]);
    const strict = [
      { ...fairness, at_most: 0.39 },
      { column: "Gender", at_most: 0.05 },
      { column: "Gender", metric: "equalized_odds", at_most: 0.1 },
    ];
    expect(gatesOf({ fairness: strict }).map(({ name, passed }) => [name, passed])).toEqual([
      ["fairness.Gender.accuracy", false],
      ["fairness.Gender.selection_rate", true],
      ["fairness.Gender.equalized_odds", false],
    ]);
  });

  it("fails where fewer than two groups can be compared", () => {
    const fairness = { column: "Gender", at_most: 1, min_rows: 80 };
    expect(gatesOf({ fairness })[0]).toMatchObject({
      passed: false,
      says: "the selection rate is known of fewer than two groups of Gender with 80 rows",
    });
  });

  it("by rates takes two classes, and says so of more", () => {
    const groups = slicesOf(
      scored,
      table,
      ["Gender"],
      Uint32Array.from(labels, (_, row) => row),
    )[0]!.groups!;
    const ofThree = groups.map(({ selectionRate: _rate, ...group }) => group);
    const [gate] = fairnessGates(acceptOf({ fairness: { column: "Gender", at_most: 1 } }), [
      { column: "Gender", groups: ofThree },
    ]);
    expect(gate!.says).toBe(
      "the selection rate is one of two classes; compare groups of Gender by a metric such as accuracy",
    );
  });
});
