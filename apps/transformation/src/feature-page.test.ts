import { matrixOf } from "@millrace/learning";
import { featurePage } from "./feature-page.js";
import { summariseMatrix, summariseTable } from "./feature-summary.js";

describe("the report of the features", () => {
  it("counts what is missing, and shows how the rest is spread", () => {
    const values = Float64Array.of(0, 1, 2, 10, NaN, 10);
    const before = summariseTable({ rows: 6, columns: [{ name: "n", kind: "number", values }] }, ["n"]);
    expect(before).toMatchObject([{ name: "n", rows: 6, missing: 1, min: 0, max: 10, mean: 4.6 }]);
    expect(before[0]!.histogram).toEqual([1, 0, 1, 0, 1, ...Array<number>(14).fill(0), 2]);
  });

  it("names the most frequent texts first", () => {
    const column = { name: "t", kind: "text" as const, codes: Int32Array.of(1, 1, 0, -1), dictionary: ["a", "b", "c"] };
    expect(summariseTable({ rows: 4, columns: [column] }, ["t"])).toEqual([
      {
        name: "t",
        kind: "text",
        rows: 4,
        missing: 1,
        distinct: 2,
        categories: [
          { name: "b", rows: 2 },
          { name: "a", rows: 1 },
        ],
      },
    ]);
  });

  it("says of a column of one value, or of none, what there is to say", () => {
    const [one, none] = summariseMatrix(
      matrixOf([
        [5, NaN],
        [5, Infinity],
      ]),
      ["one", "none"],
    );
    expect(one).toMatchObject({ min: 5, max: 5, mean: 5, missing: 0, histogram: expect.arrayContaining([2]) });
    expect(none).toEqual({ name: "none", kind: "number", rows: 2, missing: 2 });
  });

  it("is one page that links to nothing, in which no name of a column is markup", () => {
    const name = `<script>alert("x")</script>`;
    const after = summariseMatrix(matrixOf([[1], [2]]), [name]);
    const onnx = { code: "ONNX_NOT_POSSIBLE", message: "<b> has no operator." };
    const page = featurePage({ pipeline: "a & b", rows: 2, before: after, after, learned: 4, onnx });
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    expect(page).toContain("Models learn from 4 rows");
    expect(page).toContain("&lt;b&gt; has no operator.");
    expect(page).not.toMatch(/<script|<b>|https?:|src=/);
  });
});
