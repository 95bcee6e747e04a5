import type { Row } from "@millrace/learning";
import { answererForTest, servedForTest } from "./answer-for-test.js";

/** The model of `x` and `shop`, whose rows may come in an object `of` as well. */
const served = servedForTest(1);
const readRow = (row: unknown): Row | undefined => (row as { of?: Row }).of;
const { answerer, logged } = answererForTest([{ ...served, model: { ...served.model, readRow } }]);
const asked = { model: "sides" };

describe("a row that is refused as it stands", () => {
  beforeEach(() => void (logged.length = 0));

  it("is answered as what the data would have it, and logged as that", () => {
    expect(answerer.one(asked, { of: { x: 5, shop: "a" } }).prediction).toBe("right");
    const rows = [[5, "a"], { of: [-5, "b"] }];
    expect(answerer.many(asked, rows).map(({ prediction }) => prediction)).toEqual(["right", "left"]);
    expect(answerer.rows(asked).row({ of: { x: -5, shop: "a" } }).prediction).toBe("left");
    expect(logged.map(({ features }) => features)).toEqual([
      { x: 5, shop: "a" },
      [5, "a"],
      [-5, "b"],
      { x: -5, shop: "a" },
    ]);
  });

  it("is refused once with what is then wrong with it", () => {
    expect(() => answerer.one(asked, { of: { x: "5", shop: "a" } })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: "FEATURES_INVALID" }) }),
    );
    expect(() => answerer.many(asked, [[5, "a"], { of: ["5", "b"] }])).toThrow(/must be a number/);
    expect(logged).toHaveLength(2);
  });
});
