import { seededRandom } from "../data/random.js";
import { encodeModel } from "../onnx/encode-model.js";
import { newGraph } from "../onnx/new-graph.js";
import { startOnnxRuntime, type Feed } from "../onnx/onnxruntime-for-test.js";
import { applyPreprocessor } from "./apply-preprocessor.js";
import { fitPreprocessor } from "./fit-preprocessor.js";
import type { PreprocessStep } from "./preprocess-steps.js";
import type { PreprocessorState } from "./preprocessor-state.js";
import { onnxInputs, preprocessorToOnnx } from "./preprocessor-to-onnx.js";
import { numberColumn, tableOf, textColumn } from "./table-for-test.js";

const ROWS = 400;
const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

function tableOfSeed(seed: number, extreme: boolean) {
  const random = seededRandom(seed);
  const some = <Value>(value: () => Value) =>
    Array.from({ length: ROWS }, () => (random.next() < 0.1 ? null : value()));
  const size = some(() => (random.next() - 0.4) * 10 ** (random.integer(9) - 4));
  if (extreme) size.splice(0, 6, Infinity, -Infinity, 1e300, 3e38, -3e38, 0);
  const colours = extreme ? ["red", "green", "ärger", "x y", "never seen"] : ["red", "green", "ärger", "x y", "rare"];
  return tableOf(
    numberColumn("size", size),
    numberColumn(
      "count",
      some(() => random.integer(5)),
    ),
    numberColumn(
      "when",
      some(() => Math.floor((random.next() * 3 - 1) * 1e12)),
    ),
    textColumn(
      "colour",
      some(() => colours[Math.floor(5 * random.next() ** 2)]!),
    ),
  );
}
const train = tableOfSeed(1, false);
const test = tableOfSeed(2, true);
const target = { codes: Int32Array.from({ length: ROWS }, (_, row) => row % 3), classes: 3 };

const inputNames = (state: PreprocessorState) => state.inputs.map(({ name }) => name);

async function throughOnnx(state: PreprocessorState): Promise<Float32Array> {
  const inputs = onnxInputs(state);
  const graph = newGraph([...inputNames(state), "matrix"]);
  graph.name(preprocessorToOnnx(state, graph, Object.fromEntries(inputs.map(({ name }) => [name, name]))), "matrix");
  const model = encodeModel({
    ...{ name: "preprocessing", producer: { name: "test", version: "1" }, metadata: {} },
    ...{ nodes: graph.nodes, constants: graph.constants },
    inputs: inputs.map((input) => ({ ...input, shape: ["N", 1] })),
    outputs: [{ name: "matrix", type: "float", shape: ["N", state.outputs.length] }],
  });
  const [answer] = await runtime.run(model, inputs.map(feedOf));
  return answer!.values as Float32Array;
}

function feedOf({ name, type }: { name: string; type: string }): Feed {
  const column = test.columns.find((each) => each.name === name)!;
  if (column.kind === "text") {
    const values = Array.from(column.codes, (code) => column.dictionary[code] ?? "");
    return { name, type: "string", values, shape: [ROWS, 1] };
  }
  const values = type === "double" ? column.values : Float32Array.from(column.values);
  return { name, type: type === "double" ? "float64" : "float32", values, shape: [ROWS, 1] } as Feed;
}

const keep: PreprocessStep[] = [
  { impute: "numeric", with: "keep", indicators: true },
  { impute: "categorical", with: "keep", indicators: true },
];
const fill: PreprocessStep[] = [
  { impute: "numeric", with: "median", indicators: true },
  { impute: "categorical", with: "most-frequent", indicators: true },
];
const oneHot: PreprocessStep = { encode: "categorical", with: "one-hot", minFrequency: 40, unknown: "column" };
const ordinal: PreprocessStep = { encode: "categorical", with: "ordinal" };

describe("a preprocessor as ONNX gives onnxruntime the matrix that it makes itself", () => {
  it.each<[string, PreprocessStep[]]>([
    ...(["standard", "min-max", "robust", "max-abs", "power", "quantile"] as const).map(
      (how): [string, PreprocessStep[]] => [how, [...fill, { scale: "numeric", with: how }, oneHot]],
    ),
    ["normal quantiles", [...keep, { scale: "numeric", with: "quantile", output: "normal" }, oneHot]],
    ["clipped", [...keep, { clip: "numeric", with: "iqr" }, ordinal]],
    ["buckets", [...keep, { buckets: "numeric", with: "quantile" }, { ...oneHot, columns: ["size", "colour"] }]],
    ["many buckets", [...keep, { buckets: "numeric", with: "uniform", count: 40 }, ordinal]],
    ...(["ordinal", "native", "frequency", "target"] as const).flatMap((how): [string, PreprocessStep[]][] => [
      [how, [...fill, { encode: "categorical", with: how }]],
      [
        `${how}, missing kept, and of numbers`,
        [...keep, { encode: "categorical", with: how, columns: ["colour", "count"] }],
      ],
    ]),
    ["dates", [...keep, ordinal, { dates: ["when"] }]],
    [
      "expressions",
      [
        {
          derive: {
            ratio: "size / (count - 2)",
            curve: "log(size) + exp(size) * sqrt(abs(size)) - count ^ 2 ^ 0.5",
            ends: "min(size, count, 3) - max(size, count) + floor(size)",
            chosen: 'if(colour == "red" or size > 1 and not is_missing(count), count, -size)',
            word: 'if(count >= 3, colour, "few")',
            odd: "colour != word",
            bucketed: "bucket(size, -1, 0.5, 100)",
            day: "days(when) * 100 + weekday(when) * 10 + hour(when)",
          },
        },
        ...keep,
        oneHot,
      ],
    ],
  ])("%s", async (_, steps) => {
    const features = ["size", "count", "when", "colour"];
    const state = fitPreprocessor(train, steps, { features, target });
    const expected = applyPreprocessor(state, test).values;
    const actual = await throughOnnx(state);
    expect(actual.length).toBe(expected.length);
    const far = [...expected].flatMap((value, at) => (isClose(actual[at]!, value) ? [] : [[at, actual[at], value]]));
    expect(far).toEqual([]);
  });

  const isClose = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.abs(b);

  it("and says which columns need all their digits", () => {
    const state = fitPreprocessor(train, [...fill, ordinal, { dates: ["when"] }], {
      features: ["size", "when", "colour"],
    });
    expect(onnxInputs(state).map(({ type }) => type)).toEqual(["float", "double", "string"]);
  });
});

describe("what ONNX cannot do is refused with the place", () => {
  it.each<[string, PreprocessStep[], string]>([
    ["nearest neighbours", [{ impute: "numeric", with: "knn" }], "size"],
    ["hashing", [...keep, { encode: "categorical", with: "hashing" }], "colour"],
    ["dates in texts", [...keep, { derive: { y: "year(colour)" } }, ordinal], "derive.y"],
    ["counts of texts", [...keep, { text: ["colour"] }], "derive.colour.length"],
  ])("%s", (_, steps, where) => {
    const features = steps.length === 1 ? ["size"] : ["size", "colour"];
    const state = fitPreprocessor(train, steps, { features });
    const inputs = Object.fromEntries(inputNames(state).map((name) => [name, name]));
    expect(() => preprocessorToOnnx(state, newGraph(), inputs)).toThrow(
      expect.objectContaining({
        code: "ONNX_NOT_POSSIBLE",
        problem: expect.objectContaining({ where: expect.stringContaining(where) }),
      }),
    );
  });

  it("as is a graph without a tensor for an input", () => {
    const state = fitPreprocessor(train, fill, { features: ["size"] });
    expect(() => preprocessorToOnnx(state, newGraph(), {})).toThrow(
      expect.objectContaining({ code: "ONNX_INPUT_MISSING" }),
    );
  });
});
