import { bestScore, makeSample, sampleKinds } from "./index.js";

const textOf = (name: string, options: Parameters<typeof makeSample>[1]): string[] =>
  makeSample(name, options).files.map(({ lines }) => [...lines()].join(""));
const rowsOf = (name: string, options: Parameters<typeof makeSample>[1]) => {
  const [header, ...lines] = textOf(name, options)[0]!.trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at], cell])));
};
const share = (items: readonly unknown[], count: number): number => count / items.length;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(sampleKinds.map(({ name }) => name))("the sample %s", (name) => {
  it("is the same for the same seed, and another for another", () => {
    expect(textOf(name, { rows: 50, seed: 3 })).toEqual(textOf(name, { rows: 50, seed: 3 }));
    expect(textOf(name, { rows: 50, seed: 4 })).not.toEqual(textOf(name, { rows: 50, seed: 3 }));
  });

  it("begins with the rows of a smaller one", () => {
    textOf(name, { rows: 40 }).forEach((text, file) => {
      expect(textOf(name, { rows: 80 })[file]!.startsWith(text)).toBe(true);
    });
  });

  it("has as many cells in each line as the header, and as many rows as asked", () => {
    for (const text of textOf(name, { rows: 60 })) {
      const lines = text.trimEnd().split("\n");
      expect(new Set(lines.map((line) => line.split(",").length)).size).toBe(1);
    }
    expect(rowsOf(name, { rows: 60 })).toHaveLength(60);
  });

  it("has a best score above chance and below certainty, about the same for another seed", () => {
    const [one, other] = [1, 2].map((seed) => makeSample(name, { rows: 4000, seed }).best.value);
    expect(one).toBeGreaterThan(0.4);
    expect(one).toBeLessThan(0.999);
    expect(Math.abs(one! - other!)).toBeLessThan(0.04);
  });

  it("moves with drift", () => {
    expect(textOf(name, { rows: 50, drift: 1 })).not.toEqual(textOf(name, { rows: 50 }));
  });
});

describe("what the samples are like", () => {
  const shareOf = (name: string, column: string, value: string) => {
    const rows = rowsOf(name, { rows: 6000 });
    return share(rows, rows.filter((row) => row[column] === value).length);
  };

  it("network-security is imbalanced and full of exact copies and has missing values", () => {
    const rows = rowsOf("network-security", { rows: 3000 });
    expect(Object.keys(rows[0]!)).toHaveLength(31);
    expect(new Set(rows.flatMap((row) => Object.values(row)))).toEqual(new Set(["-1", "0", "1", ""]));
    expect(shareOf("network-security", "Result", "-1")).toBeGreaterThan(0.12);
    expect(shareOf("network-security", "Result", "-1")).toBeLessThan(0.3);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBeLessThan(2000);
  });

  it.each([
    ["vehicle-insurance", "Response", "1", 0.12],
    ["churn", "Churn", "Yes", 0.26],
    ["bank-churn", "Attrition_Flag", "Attrited Customer", 0.16],
    ["customer-events", "bought_again", "yes", 0.5],
    ["iris", "species", "setosa", 0.33],
  ])("%s has %s %s in about %p of its rows", (name, column, value, expected) => {
    expect(Math.abs(shareOf(name, column, value) - expected)).toBeLessThan(0.04);
  });

  it("drift of one standard deviation moves a column by one", () => {
    const counts = (drift: number) =>
      rowsOf("bank-churn", { rows: 3000, drift }).map((row) => Number(row.Total_Trans_Ct));
    expect(mean(counts(1)) - mean(counts(0))).toBeGreaterThan(18);
  });

  it("an unknown name is refused with those that there are", () => {
    expect(() => makeSample("nothing", { rows: 1 })).toThrow(/network-security/);
  });
});

describe("the best score", () => {
  it("is what it must be where it can be counted by hand", () => {
    const chances = Float64Array.of(1, 1, 0, 0);
    expect(bestScore("roc_auc", chances).value).toBe(1);
    expect(bestScore("f1", chances).value).toBe(1);
    expect(bestScore("roc_auc", new Float64Array(10).fill(0.3)).value).toBeCloseTo(0.5, 12);
    expect(bestScore("f1", new Float64Array(10).fill(0.5)).value).toBeCloseTo(2 / 3, 12);
    expect(bestScore("accuracy", Float64Array.of(0.9, 0.7)).value).toBeCloseTo(0.8, 12);
  });
});
