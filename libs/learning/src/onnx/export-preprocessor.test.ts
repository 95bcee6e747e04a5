import type { Table } from "@millrace/contracts";
import { applyPreprocessor } from "../preprocessing/apply-preprocessor.js";
import { describeFeatures } from "../preprocessing/describe-features.js";
import { fitPreprocessor } from "../preprocessing/fit-preprocessor.js";
import { exportPreprocessorOnnx } from "./export-preprocessor.js";
import { largestDifference, startOnnxRuntime } from "./onnxruntime-for-test.js";

describe("a preprocessor as an ONNX model", () => {
  const runtime = startOnnxRuntime();
  afterAll(() => runtime.stop());

  it("makes of raw columns the matrix that models learn from", async () => {
    const table: Table = {
      rows: 3,
      columns: [
        { name: "features", kind: "number", values: Float64Array.of(1, NaN, 4) },
        { name: "shop", kind: "text", codes: Int32Array.of(1, 0, -1), dictionary: ["a", "b"] },
      ],
    };
    const steps = [
      { derive: { twice: "features * 2" } },
      { impute: "numeric", with: "median" },
      { impute: "categorical", with: "most-frequent" },
      { scale: "numeric", with: "standard" },
      { encode: "categorical", with: "one-hot" },
    ] as const;
    const inputs = ["features", "shop"];
    const state = fitPreprocessor(table, steps, { features: inputs });
    const model = exportPreprocessorOnnx(state, describeFeatures(table, inputs));
    const [answer] = await runtime.run(model, [
      { name: "features", type: "float32", values: Float32Array.of(1, NaN, 4), shape: [3, 1] },
      { name: "shop", type: "string", values: ["b", "a", ""], shape: [3, 1] },
    ]);
    expect(answer!.name).toBe("features_");
    expect(answer!.shape).toEqual([3, state.outputs.length]);
    const expected = applyPreprocessor(state, table).values;
    expect(largestDifference(answer!.values as ArrayLike<number>, expected)).toBeLessThanOrEqual(1e-6);
  });
});
