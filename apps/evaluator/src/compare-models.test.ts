import fc from "fast-check";
import type { Table } from "@millrace/contracts";
import type { Scored } from "@millrace/learning";
import { compareOnRows, type Compared } from "./compare-models.js";
import { judge } from "./judge.js";
import { spec } from "./models-for-test.js";

const classes = ["left", "right"];

/** Rows with a group each, and the probability of "right" by both models. */
interface Row {
  readonly right: boolean;
  readonly challenger: number;
  readonly champion: number;
  readonly group: string;
}

const scoredBy = (rows: readonly Row[], of: "challenger" | "champion"): Scored => ({
  labels: Int32Array.from(rows, ({ right }) => +right),
  probabilities: Float64Array.from(rows.flatMap((row) => [1 - row[of], row[of]])),
  ...{ classes, positive: "right" },
});

function tableOf(rows: readonly Row[]): Table {
  const dictionary = [...new Set(rows.map(({ group }) => group))].sort();
  const codes = Int32Array.from(rows, ({ group }) => dictionary.indexOf(group));
  return { rows: rows.length, columns: [{ name: "group", kind: "text", dictionary, codes }] };
}

const accepting = (accept: object, metric = "roc_auc") => spec({ accept, select: { metric } });

const compared = (rows: readonly Row[], pipeline = accepting({})): Compared =>
  compareOnRows(
    tableOf(rows),
    { challenger: scoredBy(rows, "challenger"), champion: scoredBy(rows, "champion") },
    ["group"],
    pipeline,
  );

function verdict(rows: readonly Row[], accept: object) {
  const pipeline = accepting(accept);
  const { challenger, champion, differences } = compared(rows, pipeline);
  const serving = { version: 1, generation: 1, digest: "old", figures: champion!.figures };
  const cost = { bytes: 1, latency: { median: 1, p99: 1 } };
  const parts = { challenger: challenger.figures, slices: challenger.slices, champion: serving, differences };
  const { failedGates, reason } = judge({ pipeline, digest: "new", cost, ...parts });
  return { failedGates, reason };
}

// Few different probabilities, so that there are ties.
const probability = fc.integer({ min: 0, max: 10 }).map((tenth) => tenth / 10);
const row: fc.Arbitrary<Row> = fc.record({
  right: fc.boolean(),
  challenger: probability,
  champion: probability,
  group: fc.constantFrom("a", "b", "c"),
});
const manyRows = fc.array(row, { minLength: 8, maxLength: 60 });

describe("the verdict", () => {
  it("does not depend on the order of the rows", () => {
    const accept = {
      ...{ at_least: { accuracy: 0.4, f1: 0.3 }, better_by: { roc_auc: 0.02, brier: 0.001 } },
      slices: { columns: ["group"], at_least: { accuracy: 0.3 }, min_rows: 5 },
      fairness: { column: "group", metric: "accuracy", at_most: 0.3, min_rows: 5 },
    };
    const shuffled = manyRows.chain((rows) =>
      fc.shuffledSubarray(rows, { minLength: rows.length }).map((other) => [rows, other] as const),
    );
    fc.assert(
      fc.property(shuffled, ([rows, other]) => expect(verdict(other, accept)).toEqual(verdict(rows, accept))),
      { numRuns: 15 },
    );
  });

  it("never grants a margin to a model that answers as the champion does", () => {
    const margins = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(manyRows, margins, fc.boolean(), (rows, margin, significant) => {
        const same = rows.map((one) => ({ ...one, champion: one.challenger }));
        const better_by = { roc_auc: margin, log_loss: margin, accuracy: margin };
        expect(verdict(same, { better_by, significant }).failedGates).toHaveLength(3);
      }),
      { numRuns: 15 },
    );
  });

  it("that meets a floor meets every lower one", () => {
    const floors = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(manyRows, floors, (rows, [a, b]) => {
        const fails = (floor: number) =>
          verdict(rows, { at_least: { accuracy: floor }, better_by: { accuracy: -1 } }).failedGates.length > 0;
        if (fails(Math.min(a, b))) expect(fails(Math.max(a, b))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

/** The challenger ranks well, the champion by chance. */
const clear: Row[] = Array.from({ length: 200 }, (_, index) => ({
  right: index % 2 === 0,
  challenger: (index % 2 === 0 ? 0.6 : 0.3) + ((index * 7) % 10) / 50,
  champion: ((index * 37) % 100) / 100,
  group: index < 150 ? "many" : "few",
}));

describe("the figures of two models", () => {
  it("have intervals where they decide, by DeLong for the ROC-AUC of two classes and by resampling otherwise", () => {
    const turned = clear.map((one) => ({ ...one, challenger: one.champion, champion: one.challenger }));
    const { challenger } = compared(turned, accepting({ at_least: { f1: 0.5 } }));
    const { differences } = compared(clear);
    const { roc_auc, f1, accuracy } = challenger.figures;
    expect(f1).toMatchObject({ method: "bca", low: expect.any(Number), high: expect.any(Number) });
    expect(roc_auc).toMatchObject({ method: "delong" });
    expect(differences!.roc_auc).toMatchObject({ method: "delong" });
    expect(differences!.roc_auc!.low).toBeGreaterThan(0.3);
    expect(accuracy).toEqual({ value: expect.any(Number) });
    expect(verdict(clear, { better_by: { roc_auc: 0.1 } }).failedGates).toEqual([]);
  });

  it("have none where a perfect score, few rows or a rare class would make one too narrow, and say so", () => {
    expect(compared(clear).challenger.figures.roc_auc!.noInterval).toMatch(/same value/);
    expect(compared(clear.slice(0, 12)).differences!.roc_auc!.noInterval).toMatch(/12 test rows.*takes 20/);
    const rare = clear.map((one, index) => ({ ...one, right: index < 3 }));
    expect(compared(rare).differences!.roc_auc!.noInterval).toMatch(/3 of the test rows.*right/);
    expect(compared(rare, accepting({ better_by: { log_loss: 0.01 } })).differences!.log_loss!.low).toBeDefined();
  });

  it("leave out what has no value where a class is missing, with the reason, and draw no curve of it", () => {
    const { challenger, differences } = compared(clear.map((one) => ({ ...one, right: true })));
    expect(challenger.figures.roc_auc).toBeUndefined();
    expect(challenger.omitted.roc_auc).toMatch(/no row is of the class left/);
    expect(differences!.roc_auc!.noInterval).toMatch(/no row is of the class left/);
    expect(challenger.curves.classes).toEqual([]);
  });

  it("count each row by its weight", () => {
    const rows = clear.slice(0, 40);
    const scored = scoredBy(rows, "champion");
    const weights = Float64Array.from(rows, (_, index) => (index < 20 ? 3 : 1));
    const repeated = [...rows.slice(0, 20), ...rows.slice(0, 20), ...rows];
    const of = (of: Scored, table: readonly Row[]) =>
      compareOnRows(tableOf(table), { challenger: of }, [], accepting({}, "accuracy")).challenger;
    const [weighted, twice] = [of({ ...scored, weights }, rows), of(scoredBy(repeated, "champion"), repeated)];
    expect(weighted.figures.log_loss!.value).toBeCloseTo(twice.figures.log_loss!.value, 12);
    expect(weighted.confusion).toEqual(twice.confusion);
    expect(weighted.curves.classes[0]!.roc).toEqual(twice.curves.classes[0]!.roc);
  });

  it("draw a curve through groups of ties, from corner to corner, in at most 200 points", () => {
    const { roc, pr } = compared(clear).champion!.curves.classes[0]!;
    expect([roc[0], roc.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(pr.at(-1)).toEqual([1, 0.5]);
    const long = Array.from({ length: 1000 }, (_, index) => ({ ...clear[index % 200]!, champion: index / 1000 }));
    expect(compared(long).champion!.curves.classes[0]!.roc).toHaveLength(200);
  });
});

describe("three classes", () => {
  const three = ["a", "b", "c"];
  const scored = (shift: number): Scored => ({
    labels: Int32Array.from({ length: 90 }, (_, index) => index % 3),
    classes: three,
    probabilities: Float64Array.from(
      Array.from({ length: 90 }, (_, index) => {
        const likely = (index + (index % 5 < shift ? 1 : 0)) % 3;
        return three.map((_, code) => (code === likely ? 0.7 : 0.15));
      }).flat(),
    ),
  });
  const rows: Table = { rows: 90, columns: [] };
  const pipeline = accepting({ better_by: { accuracy: 0.1 } });

  it("are compared by every metric, with a curve for each", () => {
    const pair = { challenger: scored(1), champion: scored(3) };
    const { challenger, differences, disagreements } = compareOnRows(rows, pair, [], pipeline);
    expect(challenger.figures).toMatchObject({ accuracy: { value: 0.8 }, f1: { value: expect.closeTo(0.8, 5) } });
    expect(challenger.curves.classes.map(({ of }) => of)).toEqual(three);
    expect(challenger.confusion.flat().reduce((sum, count) => sum + count)).toBe(90);
    expect(differences!.accuracy).toMatchObject({ value: expect.closeTo(0.4, 10), method: "bca" });
    expect(disagreements).toMatchObject({ rows: 36, onlyChallengerRight: 36, onlyChampionRight: 0 });
    expect(disagreements!.examples).toHaveLength(20);
  });

  it("are not paired with a model that knows other ones", () => {
    const other = { ...scored(3), classes: ["a", "b", "d"] };
    const { differences, disagreements } = compareOnRows(
      rows,
      { challenger: scored(1), champion: other },
      [],
      pipeline,
    );
    expect(differences!.accuracy!.noInterval).toMatch(/do not know the same classes/);
    expect(disagreements).toBeUndefined();
  });
});
