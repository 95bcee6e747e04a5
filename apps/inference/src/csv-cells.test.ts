import { cellReader } from "./csv-cells.js";

describe("a cell of a batch", () => {
  const feature = { name: "land", kind: "text", example: null } as const;

  it("is a missing value where ingestion takes it for one, and a category where the model has learnt it as one", () => {
    const plain = cellReader(feature, ".");
    expect(["NA", "N/A", "?", " ", " null ", "none", "DE"].map(plain)).toEqual([
      ...[null, null, null, null, null, "none", "DE"],
    ]);
    const withNamibia = cellReader({ ...feature, categories: ["DE", "NA"] }, ".");
    expect(["NA", "N/A", "DE"].map(withNamibia)).toEqual(["NA", null, "DE"]);
  });

  it("is a date only where the feature is one", () => {
    const when = cellReader({ name: "when", kind: "number", example: 1.7e12, date: true }, ".");
    expect(["2024-03-01", "1709251200000", "NA"].map(when)).toEqual([1709251200000, 1709251200000, null]);
    expect(cellReader({ name: "x", kind: "number", example: 1 }, ".")("2024-03-01")).toBe("2024-03-01");
  });
});
