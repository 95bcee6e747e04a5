import { withClasses } from "./same-classes.js";

const scored = {
  classes: ["b", "a", "c"],
  labels: Int32Array.of(0, 1, 2),
  probabilities: Float64Array.of(0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0, 0.1, 0.9),
};

describe("answers of a model with its classes in another order", () => {
  it("are put into the order of the other model", () => {
    expect(withClasses(scored, ["a", "b", "c"])).toEqual({
      classes: ["a", "b", "c"],
      labels: Int32Array.of(1, 0, 2),
      probabilities: Float64Array.of(0.2, 0.7, 0.1, 0.6, 0.3, 0.1, 0.1, 0, 0.9),
    });
  });

  it("stay as they are where the classes are others", () => {
    expect(withClasses(scored, ["a", "b"])).toBe(scored);
    expect(withClasses(scored, ["a", "b", "d"])).toBe(scored);
  });
});
