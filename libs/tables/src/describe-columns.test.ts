import { describeColumns } from "./index.js";

it("describeColumns counts missing and distinct values and gives the range of numbers", () => {
  const description = describeColumns({
    rows: 4,
    columns: [
      { name: "n", kind: "number", values: Float64Array.of(1, NaN, 4, 4) },
      { name: "none", kind: "number", values: new Float64Array(4).fill(NaN) },
      { name: "t", kind: "text", codes: Int32Array.of(0, 1, -1, 0), dictionary: ["a", "b", "unused"] },
    ],
  });
  expect(description).toEqual([
    { name: "n", kind: "number", missing: 1, min: 1, max: 4, mean: 3 },
    { name: "none", kind: "number", missing: 4, min: undefined, max: undefined, mean: undefined },
    { name: "t", kind: "text", missing: 1, distinct: 2 },
  ]);
});
