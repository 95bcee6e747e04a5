import { generator, many, normal, numbers, tableOf, texts } from "./generated-for-test.js";
import { histogram } from "./histogram.js";
import { profileTable } from "./profiler.js";
import type { Column } from "@millrace/contracts";

const profile = (column: Column) => profileTable(tableOf(column)).columns[0]!;

describe("a histogram", () => {
  const random = generator(2);

  it("has two profiles in the same bins, each with all of its values", () => {
    const [before, now] = [0, 1].map((shift) =>
      profile(
        numbers(
          "x",
          many(5000, () => normal(random) + shift),
        ),
      ),
    );
    const { bars } = histogram([before!, now!], 10);
    expect(bars.length).toBe(10);
    for (const at of [0, 1]) expect(bars.reduce((sum, { shares }) => sum + shares[at]!, 0)).toBeCloseTo(1, 9);
    expect(bars[9]!.shares[1]).toBeGreaterThan(bars[9]!.shares[0]!);
    expect(bars.slice(1).every(({ from }, at) => from === bars[at]!.to)).toBe(true);
  });

  it("has a bar for each of few whole numbers", () => {
    const { bars } = histogram([profile(numbers("x", [1, 2, 2, 4]))]);
    expect(bars.map(({ from, shares }) => [from, shares[0]])).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0],
      [4, 0.25],
    ]);
  });

  it("has one bar where all values are the same, and none where there are none", () => {
    expect(histogram([profile(numbers("x", [3.5, 3.5]))]).bars).toEqual([{ from: 3.5, to: 3.5, shares: [1] }]);
    expect(histogram([profile(numbers("x", [NaN]))]).bars).toEqual([]);
  });

  it("has the most frequent texts of both, and the others as one", () => {
    const before = profile(texts("x", ["a", "a", "b", "c"]));
    const now = profile(texts("x", ["d", "d", "d", undefined, "a", "b"]));
    expect(histogram([before, now], 2).bars).toEqual([
      { text: "a", shares: [0.5, 0.2] },
      { text: "d", shares: [0, 0.6] },
      { shares: [0.5, expect.closeTo(0.2, 12)] },
    ]);
  });
});
