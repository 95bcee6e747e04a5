import { type Column, type Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  familyNamed,
  fitPreprocessor,
  openModel,
  packModel,
  seededRandom,
} from "../index.js";

const rows = 300;
const random = seededRandom(5);
const number = (name: string): Column => ({
  ...{ name, kind: "number" },
  values: Float64Array.from({ length: rows }, () => random.next() * 4 - 2),
});
const shop: Column = {
  ...{ name: "shop", kind: "text", dictionary: ["a", "b", "c"] },
  codes: Int32Array.from({ length: rows }, () => random.integer(3)),
};
const table: Table = { rows, columns: [number("x"), number("z"), shop] };
const features = ["x", "z", "shop"];
const [x, z] = table.columns.map((column) => (column.kind === "number" ? column.values : column.codes)) as [
  Float64Array,
  Float64Array,
];
const score = (row: number) => x[row]! * 2 + z[row]! * z[row]! + (shop as { codes: Int32Array }).codes[row]!;

function modelOf(family: string, classes: readonly string[], parameters: Record<string, unknown> = {}) {
  const preprocessor = fitPreprocessor(table, [{ encode: "categorical", with: "one-hot" }], { features });
  const cut = (row: number) =>
    Math.min(classes.length - 1, Math.max(0, Math.floor((score(row) + 2) / (8 / classes.length))));
  const y =
    classes.length === 0
      ? Float64Array.from({ length: rows }, (_, row) => score(row))
      : Int32Array.from({ length: rows }, (_, row) => cut(row));
  const { fit, parameters: complete } = familyNamed(family);
  const data = { x: applyPreprocessor(preprocessor, table), y, classes: classes.length };
  const model = fit(data, complete(parameters), { random: seededRandom(1) });
  const about = { target: "y", features: describeFeatures(table, features), metrics: {}, seed: 1 };
  return openModel(packModel({ model, preprocessor, classes, ...about }));
}

const asked = [0.5, -1, "b"];
const added = ({ base, contributions }: { base: number; contributions: readonly { contribution: number }[] }) =>
  contributions.reduce((sum, { contribution }) => sum + contribution, base);
const logOdds = (probability: number) => Math.log(probability / (1 - probability));

describe("the explanation of a row", () => {
  it.each(["gradient-boosting", "logistic-regression"])("adds up to the log odds of either class of a %s", (family) => {
    const model = modelOf(family, ["no", "yes"]);
    const probabilities = [...model.scoreRow(asked)];
    for (const code of [0, 1]) {
      const explained = model.explainRow(asked, code);
      expect(explained.scale).toBe("log-odds");
      expect(added(explained)).toBeCloseTo(logOdds(probabilities[code]!), 4);
    }
  });

  it("adds up to the probability that a forest gives to each class", () => {
    const model = modelOf("random-forest", ["low", "middle", "high"], { trees: 20 });
    const probabilities = [...model.scoreRow(asked)];
    for (const code of [0, 1, 2]) {
      const explained = model.explainRow(asked, code);
      expect(explained.scale).toBe("probability");
      expect(added(explained)).toBeCloseTo(probabilities[code]!, 6);
    }
  });

  it.each(["gradient-boosting", "linear-regression"])("adds up to the value of a regression by %s", (family) => {
    const model = modelOf(family, []);
    const explained = model.explainRow(asked, 0);
    expect([explained.scale, added(explained)]).toEqual(["value", expect.closeTo(model.predictValue(asked), 4)]);
  });

  it("names the columns as they came in, each once, the greatest first", () => {
    const { contributions } = modelOf("gradient-boosting", ["no", "yes"]).explainRow(asked, 1);
    const sizes = contributions.map(({ contribution }) => Math.abs(contribution));
    expect(contributions.map(({ feature }) => feature).sort()).toEqual(["shop", "x", "z"]);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it("is not given of a model that is made of others, and says so", () => {
    const model = modelOf("voting", ["no", "yes"], {
      members: [{ family: "logistic-regression" }, { family: "decision-tree" }],
    });
    expect(model.explains).toBe(false);
    expect(() => model.explainRow(asked, 1)).toThrow("made of others");
  });
});
