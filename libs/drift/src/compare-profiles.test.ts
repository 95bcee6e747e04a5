import { compareProfiles } from "./compare-profiles.js";
import type { ColumnDrift } from "./drift-report.js";
import { generator, many, normal, numbers, tableOf, texts } from "./generated-for-test.js";
import { profileTable } from "./profiler.js";
import type { Column } from "@millrace/contracts";

const rows = 4000;

/** One column as it was and as it is. */
function compared(before: Column, now: Column): ColumnDrift {
  return compareProfiles(profileTable(tableOf(before)), profileTable(tableOf(now))).columns[0]!;
}
const fromNumbers = (before: (row: number) => number, now: (row: number) => number): ColumnDrift =>
  compared(numbers("x", many(rows, before)), numbers("x", many(rows, now)));
const fromTexts = (
  before: (row: number) => string | undefined,
  now: (row: number) => string | undefined,
): ColumnDrift => compared(texts("x", many(rows, before)), texts("x", many(rows, now)));

describe("a column of numbers drifted", () => {
  const random = generator(3);

  it("when its mean moved, and the sentence says from where to where", () => {
    const drift = fromNumbers(
      () => normal(random),
      () => normal(random) + 0.5,
    );
    expect(drift).toMatchObject({ name: "x", kind: "number", drifted: true });
    expect(drift.distances.wasserstein).toBeCloseTo(0.5, 0.7);
    expect(drift.distances.psi).toBeGreaterThan(0.15);
    expect(drift.effect).toBeGreaterThan(0.3);
    expect(drift.sentence).toMatch(/^its mean is 0\.[45]\d* and was -?0\.0/);
  });

  it("when it spreads wider", () => {
    const drift = fromNumbers(
      () => normal(random),
      () => 1.6 * normal(random),
    );
    expect(drift.drifted).toBe(true);
    expect(drift.sentence).toMatch(/^its standard deviation is 1\.[56]\d* and was /);
  });

  it("when values are missing that were not, or are infinite", () => {
    const missing = fromNumbers(
      () => normal(random),
      (row) => (row % 20 === 0 ? NaN : normal(random)),
    );
    expect(missing.drifted).toBe(true);
    expect(missing.sentence).toBe("5 % of its values are missing and 0 % were");
    expect(
      fromNumbers(
        () => normal(random),
        (row) => (row % 20 === 0 ? Infinity : normal(random)),
      ).drifted,
    ).toBe(true);
  });

  it("when all values are missing, or one constant became another", () => {
    expect(
      fromNumbers(
        () => normal(random),
        () => NaN,
      ),
    ).toMatchObject({ drifted: true, effect: expect.closeTo(1, 2) });
    expect(
      fromNumbers(
        () => 5,
        () => 7,
      ),
    ).toMatchObject({ drifted: true, effect: expect.closeTo(1, 2) });
  });

  it("when other values of few come", () => {
    const drift = fromNumbers(
      () => (random() < 0.2 ? 1 : 0),
      () => (random() < 0.45 ? 1 : 0),
    );
    expect(drift).toMatchObject({ drifted: true, figures: { current: { distinct: 2 } } });
  });

  it("not when one value is far out", () => {
    expect(
      fromNumbers(
        () => normal(random),
        (row) => (row === 7 ? 1e15 : normal(random)),
      ).drifted,
    ).toBe(false);
  });

  it("not when the change is certain but small", () => {
    const values = (shift: number) =>
      numbers(
        "x",
        many(200_000, () => normal(random) + shift),
      );
    const drift = compared(values(0), values(0.04));
    expect(drift).toMatchObject({ drifted: false });
    expect(drift.q).toBeLessThan(1e-6);
  });

  it("not when the difference is large but may be chance", () => {
    const values = (shift: number) =>
      numbers(
        "x",
        many(12, () => normal(random) + shift),
      );
    const drift = compared(values(0), values(0.6));
    expect(drift.effect).toBeGreaterThan(0.1);
    expect(drift.drifted).toBe(false);
  });

  it("not when nothing changed at all", () => {
    expect(
      fromNumbers(
        (row) => row % 700,
        (row) => row % 700,
      ),
    ).toMatchObject({ drifted: false, effect: 0, p: 1 });
    expect(
      fromNumbers(
        () => NaN,
        () => NaN,
      ),
    ).toMatchObject({ drifted: false, effect: 0, p: 1 });
  });
});

describe("a column of texts drifted", () => {
  const random = generator(8);
  const category = (share: number) => (): string => (random() < share ? "CA" : "NY");

  it("when categories come in other shares", () => {
    const drift = fromTexts(category(0.2), category(0.5));
    expect(drift).toMatchObject({ kind: "text", drifted: true });
    expect(drift.changes.map(({ text }) => text).sort()).toEqual(["CA", "NY"]);
    expect(drift.sentence).toMatch(/^"(CA|NY)" is \d+(\.\d)? % of its values and was \d+(\.\d)? %$/);
  });

  it("when a category comes that was never there", () => {
    const drift = fromTexts(category(0.2), () => (random() < 0.1 ? "TX" : category(0.2)()));
    expect(drift.drifted).toBe(true);
    expect(drift.sentence).toMatch(/^"TX" is (9|10|11)(\.\d)? % of its values and was none$/);
  });

  it("when values are missing that were not", () => {
    expect(fromTexts(category(0.5), (row) => (row % 10 === 0 ? undefined : category(0.5)())).drifted).toBe(true);
  });

  it("when codes that are different in each row look otherwise", () => {
    const drift = fromTexts(
      () => `AB-${Math.floor(1e6 * random() + 1e6)}`,
      () => `${Math.floor(1e8 * random() + 1e8)}`,
    );
    expect(drift).toMatchObject({ drifted: true, sentence: "its texts look otherwise" });
  });

  it("when nearly all are different, and a few more missing ones are not the reason", () => {
    const drift = fromTexts(
      (row?: number) => (row! % 500 === 0 ? undefined : `AB-${Math.floor(1e6 * random() + 1e6)}`),
      (row?: number) => (row! % 300 === 0 ? undefined : `${Math.floor(1e8 * random() + 1e8)}`),
    );
    expect(drift).toMatchObject({ drifted: true, sentence: "its texts look otherwise" });
  });

  it("not when they are different in each row and look the same", () => {
    expect(
      fromTexts(
        (row) => `AB-${row + 10_000}`,
        (row) => `AB-${row + 30_000}`,
      ),
    ).toMatchObject({ drifted: false });
  });

  it("not when rare ones of very many come and go", () => {
    const name = (): string => `n${Math.floor(random() ** 2 * 8000)}`;
    expect(fromTexts(name, name).drifted).toBe(false);
  });
});

describe("a comparison of profiles", () => {
  const random = generator(17);
  const profile = (...columns: Column[]) => profileTable(tableOf(...columns));
  const values = (name: string, shift = 0) =>
    numbers(
      name,
      many(500, () => normal(random) + shift),
    );

  it("names columns that only one profile has, or that turned from numbers into texts", () => {
    const now = profile(
      values("b"),
      values("c"),
      texts(
        "d",
        many(500, () => "x"),
      ),
    );
    const report = compareProfiles(profile(values("a"), values("b"), values("d")), now);
    expect(report).toMatchObject({ missing: ["a"], added: ["c"], otherKind: ["d"], drifted: 0, share: 0 });
    expect(report.columns.map(({ name }) => name)).toEqual(["b"]);
  });

  it("counts the columns that drifted, and looks at those that are wanted", () => {
    const [before, now] = [profile(values("a"), values("b")), profile(values("a", 1), values("b"))];
    expect(compareProfiles(before, now)).toMatchObject({ drifted: 1, share: 0.5 });
    expect(compareProfiles(before, now, { columns: ["b"] })).toMatchObject({ drifted: 0, columns: [{ name: "b" }] });
  });

  it("takes the smallest effect and the rate that it is told", () => {
    const [before, now] = [profile(values("a")), profile(values("a", 0.5))];
    expect(compareProfiles(before, now).drifted).toBe(1);
    expect(compareProfiles(before, now, { effect: 0.9 }).drifted).toBe(0);
    expect(compareProfiles(before, now, { rate: 1e-40 }).drifted).toBe(0);
  });

  it("says nothing of datasets without rows", () => {
    const nothing = profile(numbers("a", []));
    expect(compareProfiles(nothing, profile(values("a"))).columns[0]).toMatchObject({
      drifted: false,
      p: 1,
      effect: 0,
    });
    expect(compareProfiles(nothing, nothing).drifted).toBe(0);
  });
});
