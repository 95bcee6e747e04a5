import { families, familyNamed, matrixOf, mlRandomForest, seededRandom, type Matrix } from "../index.js";

const random = seededRandom(5);
const blobs = (rows: number, columns: number, classes: number): { x: Matrix; y: Int32Array } => {
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const x = matrixOf(
    [...y].map((code) =>
      Array.from({ length: columns }, (_, column) => random.next() * 2 + (column % classes === code ? 1 : 0)),
    ),
  );
  return { x, y };
};

describe("mlRandomForest", () => {
  it("grows other trees from another seed", () => {
    const { x, y } = blobs(60, 4, 2);
    const fit = (seed: number) =>
      mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 3 }), { random: seededRandom(seed) });
    expect(fit(1)).not.toEqual(fit(2));
  });

  it("gives each tree rowsPerTree rows at most, so its trees are smaller", () => {
    const { x, y } = blobs(200, 4, 2);
    const nodes = (rowsPerTree: number) =>
      mlRandomForest
        .fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 3, rowsPerTree }), { random: seededRandom(1) })
        .trees.reduce((sum, { feature }) => sum + feature.length, 0);
    expect(nodes(20)).toBeLessThan(nodes(200));
  });

  it("gives as probability the share of the trees that vote for a class", () => {
    const { x, y } = blobs(60, 4, 2);
    const state = mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 4 }), { random });
    for (const probability of mlRandomForest.predict(state, x)) expect([0, 0.25, 0.5, 0.75, 1]).toContain(probability);
  });

  it("refuses more rows than maxRows, with the reason", () => {
    const { x, y } = blobs(30, 2, 2);
    expect(() =>
      mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ maxRows: 20 }), { random }),
    ).toThrow(
      expect.objectContaining({
        code: "MODEL_ROW_LIMIT",
        message: expect.stringContaining("30 training rows are more than maxRows 20"),
      }),
    );
  });
});

it("a family that is not known is refused with those that are", () => {
  expect(() => familyNamed("oracle")).toThrow(
    `there is no model named "oracle". The models are ${Object.keys(families).join(", ")}.`,
  );
});
