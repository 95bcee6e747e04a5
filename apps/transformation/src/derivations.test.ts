import type { Table } from "@millrace/contracts";
import { columnsDerivedFrom, refuseDroppedDerived } from "./derivations.js";

const table: Table = {
  rows: 1,
  columns: [
    { name: "a", kind: "number", values: Float64Array.of(1) },
    { name: "b", kind: "number", values: Float64Array.of(2) },
    { name: "word", kind: "text", codes: Int32Array.of(0), dictionary: ["x"] },
    { name: "answer", kind: "number", values: Float64Array.of(1) },
  ],
};
const derived = (derive: Record<string, string>) => columnsDerivedFrom(derive, table, "answer");

describe("derived columns", () => {
  it("name the columns of the dataset that they are made of, also through each other", () => {
    expect(derived({ sum: "a + 1", more: "sum * b" })).toEqual(["a", "b"]);
    expect(derived({})).toEqual([]);
  });

  it("tell a mistake with its code and its place in the expression", () => {
    expect(() => derived({ sum: "a + * b" })).toThrow(
      expect.objectContaining({
        code: "EXPRESSION_INVALID",
        problem: expect.objectContaining({ where: "features.derive.sum, line 1, column 5", line: 1, column: 5 }),
      }),
    );
    expect(() => derived({ sum: "a + c" })).toThrow(
      /derive\.sum, line 1, column 5: there is no column "c".*a, b, word/s,
    );
    expect(() => derived({ sum: "a + word" })).toThrow(/column 5: .*expects a number.*the column word/s);
  });

  it("are not made of what is to be predicted", () => {
    expect(() => derived({ sum: "a + answer" })).toThrow(expect.objectContaining({ code: "FEATURE_FROM_TARGET" }));
  });

  it("have names of their own, and are not dropped", () => {
    expect(() => derived({ a: "b + 1" })).toThrow(expect.objectContaining({ code: "PREPROCESS_NAME_TAKEN" }));
    expect(() => derived({ answer: "b + 1" })).toThrow(expect.objectContaining({ code: "PREPROCESS_NAME_TAKEN" }));
    expect(() => refuseDroppedDerived(["sum"], { sum: "a + b" })).toThrow(
      expect.objectContaining({ code: "FEATURE_DERIVED_AND_DROPPED" }),
    );
    expect(() => refuseDroppedDerived(["a"], { sum: "a + b" })).not.toThrow();
  });
});
