import { ProblemError, type OnnxSchema } from "@millrace/contracts";
import type { Feed, TensorData, TensorType, ValueMetadata } from "./onnx-runtime.js";

/** The cells of some rows, whatever they come from. Missing: NaN, or the empty text. */
export interface Cells {
  readonly rows: number;
  number(feature: number, row: number): number;
  text(feature: number, row: number): string;
}

/** Makes of rows what the graph is fed with. */
export type ToFeeds = (cells: Cells) => Feed[];

interface InputPlan {
  readonly name: string;
  readonly type: TensorType;
  /** Positions of the features, in the order of the input's columns. */
  readonly features: readonly number[];
  /** Whether the graph wants [N] rather than [N, columns]. */
  readonly flat: boolean;
}

/** Checks that the schema and the graph are about the same columns, once. */
export function planInputs(schema: OnnxSchema, inputs: readonly ValueMetadata[]): ToFeeds {
  const plans = inputs.map((input) => planInput(schema, input, featuresOf(schema, input, inputs.length)));
  const held = plans.flatMap(({ features }) => features);
  schema.features.forEach(({ name }, feature) => {
    const times = held.filter((each) => each === feature).length;
    if (times !== 1) throw mismatch(name, `the feature stands in ${times} inputs of the graph (${listOf(inputs)})`);
  });
  return (cells) => plans.map((plan) => feedOf(plan, cells));
}

const listOf = (inputs: readonly ValueMetadata[]): string => inputs.map(({ name }) => name).join(", ");
const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, "_");

/** As the schema says; without a word of it one input is all features, and of several each is the feature of its name. */
function featuresOf({ inputs: said, features }: OnnxSchema, { name }: ValueMetadata, inputs: number): number[] {
  if (said !== undefined) return (said[name] ?? []).map((feature) => positionOf(feature, features));
  const own = features.findIndex((feature) => feature.name === name || plain(feature.name) === name);
  if (own >= 0) return [own];
  return inputs === 1 ? features.map((_, position) => position) : [];
}

function positionOf(name: string, features: OnnxSchema["features"]): number {
  const position = features.findIndex((feature) => feature.name === name);
  if (position < 0) throw mismatch(name, "an input is said to hold it, and it is none of the features");
  return position;
}

function planInput(schema: OnnxSchema, { name, type, shape = [] }: ValueMetadata, features: number[]): InputPlan {
  if (features.length === 0) throw mismatch(name, "the schema has no feature for this input of the graph");
  const columns = shape.at(-1);
  const flat = shape.length === 1;
  const wanted = flat ? 1 : typeof columns === "number" && columns > 0 ? columns : features.length;
  if (shape.length > 2 || wanted !== features.length)
    throw mismatch(
      name,
      `the graph takes [${shape.join(", ")}], and the schema has ${features.length} features for it`,
    );
  for (const feature of features) refuseOtherKind(name, type, schema.features[feature]!);
  return { name, type: type as TensorType, features, flat };
}

const numeric: readonly (string | undefined)[] = ["float32", "float64", "int64", "int32", "bool"];

function refuseOtherKind(input: string, type: string | undefined, feature: OnnxSchema["features"][number]): void {
  const fits = feature.kind === "text" ? type === "string" : numeric.includes(type);
  if (!fits) throw mismatch(feature.name, `it is a ${feature.kind} in the schema, and ${type} in the graph's ${input}`);
  if (!feature.missing || type === "string" || type === "float32" || type === "float64") return;
  throw mismatch(feature.name, `it may be missing in the schema, and ${type} holds no missing value`);
}

function feedOf({ name, type, features, flat }: InputPlan, cells: Cells): Feed {
  const data = type === "string" ? textsOf(features, cells) : numbersOf(type, features, cells);
  return { name, type, data, dims: flat ? [cells.rows] : [cells.rows, features.length] };
}

function textsOf(features: readonly number[], cells: Cells): string[] {
  const texts: string[] = [];
  for (let row = 0; row < cells.rows; row++) for (const feature of features) texts.push(cells.text(feature, row));
  return texts;
}

function numbersOf(type: TensorType, features: readonly number[], cells: Cells): TensorData {
  const values = new Float64Array(cells.rows * features.length);
  let at = 0;
  for (let row = 0; row < cells.rows; row++) for (const feature of features) values[at++] = cells.number(feature, row);
  return convert[type]!(values);
}

const convert: Partial<Record<TensorType, (values: Float64Array) => TensorData>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => values,
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
  bool: (values) => Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
};

const mismatch = (where: string, message: string): ProblemError =>
  new ProblemError({
    code: "ONNX_SCHEMA_MISMATCH",
    where,
    message: `${message}.`,
    remedy:
      "Write the features in the order and with the names that the model was exported with; `inputs` says which feature is where.",
  });
