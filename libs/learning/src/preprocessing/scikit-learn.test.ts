import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyPreprocessor } from "./apply-preprocessor.js";
import { crossFitted } from "./fit-and-apply.js";
import { fitPreprocessor } from "./fit-preprocessor.js";
import type { EncodeCategorical, PreprocessStep } from "./preprocess-steps.js";
import { numbers, rowsOf, texts, transformed } from "./table-for-test.js";
import { outputsOf, type Target } from "./target-encode.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/preprocessing.json"), "utf8"));

/** To 1e-6 of the value, or of 1 where it is smaller: float32 has no more digits. */
function expectClose(actual: number[][], expected: number[][], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  const far = actual.flatMap((row, r) =>
    row.flatMap((value, c) => {
      const wanted = expected[r]![c]!;
      return Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)) ? [] : [[r, c, value, wanted]];
    }),
  );
  expect(far).toEqual([]);
}

describe("a preprocessor gives scikit-learn's numbers", () => {
  it.each<[string, PreprocessStep]>([
    ["standard", { scale: "numeric", with: "standard" }],
    ["min-max", { scale: "numeric", with: "min-max" }],
    ["robust", { scale: "numeric", with: "robust" }],
    ["max-abs", { scale: "numeric", with: "max-abs" }],
    ["power", { scale: "numeric", with: "power" }],
    ["quantile", { scale: "numeric", with: "quantile" }],
    ["quantile-few", { scale: "numeric", with: "quantile", quantiles: 7 }],
    ["quantile-normal", { scale: "numeric", with: "quantile", output: "normal" }],
  ])("when it scales: %s", (name, step) => {
    const { train, other } = fixture.scaled[name];
    expectClose(transformed([step], numbers(fixture.numbers)), train);
    expectClose(transformed([step], numbers(fixture.numbers), numbers(fixture.other)), other);
  });

  it.each(["mean", "median", "most-frequent", "constant"] as const)("when it fills missing values: %s", (how) => {
    const steps: PreprocessStep[] = [{ impute: "numeric", with: how, value: -1 }];
    expectClose(transformed(steps, numbers(fixture.holes)), fixture.filled[how]);
  });

  it.each(["uniform", "distance", "one"])("when it fills by the nearest neighbours: %s", (name) => {
    const { holes, other_holes: others } = fixture.neighbours;
    const { weights, neighbours, train, other } = fixture.neighbours[name];
    const steps: PreprocessStep[] = [{ impute: "numeric", with: "knn", weights, neighbours }];
    expectClose(transformed(steps, numbers(holes)), train);
    expectClose(transformed(steps, numbers(holes), numbers(others)), other);
  });

  it.each(["uniform", "quantile"] as const)("when it cuts into buckets: %s", (how) => {
    const steps: PreprocessStep[] = [{ buckets: "numeric", with: how }];
    expect(transformed(steps, numbers(fixture.buckets.columns))).toEqual(fixture.buckets[how]);
  });

  it.each<[string, Partial<EncodeCategorical>]>([
    ["one_hot", {}],
    ["frequent", { minFrequency: 5 }],
    ["share", { minFrequency: 0.2 }],
    ["rare", { minFrequency: 5, unknown: "rare" }],
  ])("when it encodes by columns of zeros and ones: %s", (name, options) => {
    const steps: PreprocessStep[] = [{ encode: "categorical", with: "one-hot", ...options }];
    expect(transformed(steps, texts(fixture.texts))).toEqual(fixture[name]);
    expect(transformed(steps, texts(fixture.texts), texts(fixture.unseen))).toEqual(fixture[`${name}_unseen`]);
  });

  it("when it encodes by the order of the texts", () => {
    const steps: PreprocessStep[] = [{ encode: "categorical", with: "ordinal" }];
    expect(transformed(steps, texts(fixture.texts))).toEqual(fixture.ordinal.train);
    expect(transformed(steps, texts(fixture.texts), texts(fixture.unseen))).toEqual(fixture.ordinal.unseen);
  });

  it.each([true, false])("when it hashes texts, with signs: %s", (signed) => {
    const steps: PreprocessStep[] = [
      { impute: "categorical", with: "keep" },
      { encode: "categorical", with: "hashing", outputs: 8, signed },
    ];
    const expected = fixture.hashed[signed ? "signed" : "unsigned"] as number[][];
    const empty = fixture.hashed.texts.indexOf("");
    const actual = transformed(steps, texts(fixture.hashed.texts));
    expect(actual[empty]).toEqual(new Array(8).fill(0)); // an empty text is a missing one here
    expect(actual.filter((_, row) => row !== empty)).toEqual(expected.filter((_, row) => row !== empty));
  });

  it.each(["continuous", "binary", "multiclass", "smoothed"])("when it encodes by the target: %s", (name) => {
    const { target: values, classes, smoothing, folds, train, all, unseen } = fixture.target_encoded[name];
    const target: Target = classes === 0 ? { values } : { codes: values, classes };
    const step: EncodeCategorical = { encode: "categorical", with: "target", smoothing };
    const state = fitPreprocessor(texts(fixture.texts), [step], { features: ["t"], target });
    expectClose(rowsOf(applyPreprocessor(state, texts(fixture.texts))), all);
    expectClose(rowsOf(applyPreprocessor(state, texts(fixture.unseen))), unseen);
    const names = [...new Set<string>(fixture.texts)].sort();
    const codes = Int32Array.from(fixture.texts, (text: string) => names.indexOf(text));
    const columns = outputsOf(target).outputs.map((output) =>
      crossFitted({ codes, count: names.length, folds: Int32Array.from(folds), step, values: output }),
    );
    expectClose(
      fixture.texts.map((_: string, row: number) => columns.map((column) => column[row]!)),
      train,
    );
  });
});
