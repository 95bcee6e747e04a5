import { pipelineSpec, type Column, type OnnxSchema, type Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  exportOnnx,
  familyNamed,
  fitPreprocessor,
  labelsOf,
  openModel,
  packModel,
  seededRandom,
  unpackModel,
} from "@millrace/learning";
import { packOnnx } from "@millrace/runtimes";

export const spec = (more: object = {}) =>
  pipelineSpec.parse({
    ...{ name: "sides", source: { path: "a.csv" }, target: { column: "side", positive: "right" } },
    ...{ select: { metric: "accuracy" }, ...more },
  });

export function tableOf(x: readonly number[], sides: readonly string[], name = "x"): Table {
  const dictionary = [...new Set(sides)].sort();
  const side: Column = {
    name: "side",
    kind: "text",
    dictionary,
    codes: Int32Array.from(sides, (it) => dictionary.indexOf(it)),
  };
  return { rows: x.length, columns: [{ name, kind: "number", values: Float64Array.from(x) }, side] };
}

/** The same model as if it had been made elsewhere: its ONNX graph, with its classes in the order that is given. */
export function madeElsewhere(bytes: Uint8Array, change: Partial<OnnxSchema> = {}): Uint8Array {
  const { features, classes, metadata } = openModel(bytes);
  const about = { target: metadata.target, task: "classification" as const, classes: [...classes], positive: "right" };
  const known = {
    threshold: 0.5,
    outputs: {},
    features: features.map(({ name, kind }) => ({ name, kind, missing: false })),
  };
  return packOnnx({ schema: { ...about, ...known, ...change }, onnx: exportOnnx(unpackModel(bytes)) });
}

/** A model that says the second side from about `border` on. */
export function modelWith(
  border: number,
  { features = ["x"], seed = 1, sides: [low, high] = ["left", "right"] } = {},
): Uint8Array {
  const near = [-2, -1, 1, 2].map((distance) => border + distance);
  const table = tableOf(near, [low!, low!, high!, high!], features[0]);
  const preprocessor = fitPreprocessor(table, [], { features });
  const { codes, classes } = labelsOf(table.columns[1]!);
  const { fit, defaults } = familyNamed("logistic-regression");
  const data = { x: applyPreprocessor(preprocessor, table), y: codes, classes: 2 };
  const model = fit(data, { ...defaults, C: 100 }, { random: seededRandom(1) });
  const about = { target: "side", positive: high, metrics: {}, seed, features: describeFeatures(table, features) };
  return packModel({ model, preprocessor, classes, ...about });
}
