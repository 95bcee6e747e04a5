import { familyNamed, seededRandom, type ModelState } from "@millrace/learning";
import { importancesOf } from "./importances.js";

const features = ["says all", "says little", "noise"];
const rows = 300;
const random = seededRandom(3);
const x = { rows, columns: 3, values: Float32Array.from({ length: rows * 3 }, () => random.next()) };
const y = Int32Array.from({ length: rows }, (_, row) => +(x.values[row * 3]! + 0.2 * x.values[row * 3 + 1]! > 0.6));

const fit = (family: string, params: object = {}): ModelState => {
  const { fit: fitted, parameters } = familyNamed(family);
  return fitted({ x, y, classes: 2 }, parameters(params as never), { random: seededRandom(1) });
};
const shares = (model: ModelState) => {
  const found = importancesOf(model, features);
  return features.map((name) => found.find(({ feature }) => feature === name)!.importance);
};
const forest = { family: "random-forest", params: { trees: 20 } };
const linear = { family: "logistic-regression", params: {} };

describe("what a model looks at", () => {
  it("is told as shares, the largest first, of trees and of linear models", () => {
    for (const { family, params } of [forest, linear]) {
      const found = importancesOf(fit(family, params), features);
      expect(found[0]!.feature).toBe("says all");
      expect(found.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 10);
    }
  });

  it("is the mean of its members' shares by their weights, of voting", () => {
    const model = fit("voting", { members: [forest, linear], weights: [3, 1] }) as ModelState & {
      members: ModelState[];
    };
    const [first, second] = model.members.map(shares);
    const expected = first!.map((share, at) => 0.75 * share + 0.25 * second![at]!);
    shares(model).forEach((share, at) => expect(share).toBeCloseTo(expected[at]!, 10));
  });

  it("weighs each member as the final model does, of stacking, and counts the columns that are passed on", () => {
    type Stacked = ModelState & { members: ModelState[]; final: ModelState & { coefficients: number[][] } };
    const model = fit("stacking", { members: [forest, linear] }) as Stacked;
    const weights = model.final.coefficients[0]!.map(Math.abs);
    const [first, second] = model.members.map(shares);
    const total = weights[0]! + weights[1]!;
    const expected = first!.map((share, at) => (weights[0]! * share + weights[1]! * second![at]!) / total);
    shares(model).forEach((share, at) => expect(share).toBeCloseTo(expected[at]!, 10));
    const passed = shares(fit("stacking", { members: [forest, linear], passthrough: true }));
    expect(passed.reduce((sum, share) => sum + share)).toBeCloseTo(1, 10);
    expect(Math.max(...passed)).toBe(passed[0]);
  });

  it("is not told where a member does not say it", () => {
    const silent = { family: "ml-random-forest", params: { trees: 3 } };
    expect(importancesOf(fit("voting", { members: [linear, silent] }), features)).toEqual([]);
  });
});
