import type { OutOfFold } from "../decide.js";
import { calibrationCurves, precisionCurves, rocCurves } from "./curves.js";
import { confusionPlot } from "./confusion-plot.js";
import { importancePlot } from "./importance-plot.js";

const of = (scores: readonly number[], labels: readonly number[], more: Partial<OutOfFold> = {}): OutOfFold => ({
  labels: Int32Array.from(labels),
  probabilities: Float64Array.from(scores.flatMap((score) => [1 - score, score])),
  ...{ classes: ["no", "<yes>"], ...more },
});

describe("the curves of a model", () => {
  it("go through each group of equal scores, from the highest down", () => {
    const [roc] = rocCurves(of([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0]));
    expect(roc).toEqual({
      name: "<yes>",
      points: [
        [0, 0],
        [0, 0.5],
        [0.5, 1],
        [1, 1],
      ],
    });
    const [precision] = precisionCurves(of([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0]));
    expect(precision!.points).toEqual([
      [0.5, 1],
      [1, 2 / 3],
      [1, 0.5],
    ]);
  });

  it("are of the positive class, or of each with more than two", () => {
    expect(rocCurves(of([0.9, 0.1], [1, 0], { positive: "no" }))[0]).toMatchObject({ name: "no" });
    const probabilities = Float64Array.of(0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8);
    const three = { labels: Int32Array.of(0, 1, 2), probabilities, classes: ["a", "b", "c"] };
    expect(calibrationCurves(three).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("have no more points than one can see", () => {
    const scores = Array.from({ length: 5000 }, (_, row) => row / 5000);
    const [roc] = rocCurves(
      of(
        scores,
        scores.map((_, row) => row % 2),
      ),
    );
    expect(roc!.points).toHaveLength(200);
    expect([roc!.points[0], roc!.points.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe("a picture", () => {
  it("stands for itself, with names as they are and no markup of theirs", () => {
    const { markup } = confusionPlot({ outOfFold: of([0.9, 0.1, 0.2], [1, 0, 1]), threshold: 0.15 })!;
    expect(markup).toMatch(/^<svg\s+xmlns/);
    expect(markup).toContain("&lt;yes&gt;");
    expect(markup).not.toContain("<yes>");
    expect([...markup.matchAll(/>(\d+)<\/text/g)].map(([, count]) => count)).toEqual(["1", "0", "0", "2"]);
  });

  it("is left out where there is nothing to see", () => {
    expect(importancePlot([])).toBeUndefined();
    expect(importancePlot([{ feature: "a", importance: 0 }])).toBeUndefined();
  });
});
