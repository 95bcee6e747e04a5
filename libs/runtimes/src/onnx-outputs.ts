import { ProblemError, type OnnxSchema } from "@millrace/contracts";
import type { Fetched, ValueMetadata } from "./onnx-runtime.js";

/** Which outputs are asked for, and what they say: rows × classes row by row, of a regression one value a row. */
export interface OutputPlan {
  readonly fetches: readonly string[];
  read(fetched: readonly Fetched[], rows: number): Float64Array;
  /** The output that names the class, where there is one: it is compared when a model is checked. */
  readonly label?: string;
}

export function planOutputs(schema: OnnxSchema, outputs: readonly ValueMetadata[]): OutputPlan {
  const fetches = schema.task === "regression" ? valueOutput(schema, outputs) : probabilityOutputs(schema, outputs);
  const width = Math.max(1, schema.classes.length);
  return { fetches, label: labelOutput(schema, outputs), read: (fetched, rows) => read(schema, fetched, rows, width) };
}

const isFloat = ({ isTensor, type }: ValueMetadata): boolean => isTensor && (type === "float32" || type === "float64");
const nameOf = ({ name }: ValueMetadata): string => name;

function valueOutput({ outputs: { value } }: OnnxSchema, outputs: readonly ValueMetadata[]): string[] {
  const found = value ?? outputs.filter(isFloat).map(nameOf)[0];
  if (found !== undefined && outputs.some(({ name }) => name === found)) return [found];
  throw noOutput(value ?? "value", "a number", outputs);
}

function probabilityOutputs({ outputs: said, classes }: OnnxSchema, outputs: readonly ValueMetadata[]): string[] {
  const floats = outputs.filter(isFloat).map(nameOf);
  const found = said.probabilities ?? (floats.length === classes.length ? floats : floats.slice(0, 1));
  const known = found.every((name) => outputs.some((output) => output.name === name && output.isTensor));
  if (found.length > 0 && known) return found;
  throw noOutput(found.join(", ") || "probabilities", "probabilities as a tensor", outputs);
}

function labelOutput({ task, outputs: { label } }: OnnxSchema, outputs: readonly ValueMetadata[]): string | undefined {
  if (label !== undefined || task === "regression") return label;
  return outputs.find(({ isTensor, type }) => isTensor && (type === "string" || type === "int64"))?.name;
}

function read(schema: OnnxSchema, fetched: readonly Fetched[], rows: number, width: number): Float64Array {
  const found = fetched.map(({ data }) => data as Float32Array);
  if (found.length === width) return width === 1 ? valuesOf(found[0]!, rows) : columnsOf(found, rows);
  const [only] = found;
  if (only!.length === rows * width) return Float64Array.from(only!);
  if (only!.length === rows && width === 2) return bothOf(only!, schema);
  throw wrongSize(fetched, rows, width);
}

function valuesOf(values: Float32Array, rows: number): Float64Array {
  if (values.length === rows) return Float64Array.from(values);
  throw wrongSize([{ data: values, dims: [values.length] }], rows, 1);
}

/** One output a class, each with a value a row. */
function columnsOf(columns: readonly Float32Array[], rows: number): Float64Array {
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, code) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + code] = column[row]!;
  });
  return values;
}

/** Of two classes some models tell the probability of the positive one alone. */
function bothOf(positives: Float32Array, { classes, positive }: OnnxSchema): Float64Array {
  const code = positive === undefined ? 1 : classes.indexOf(positive);
  return Float64Array.from({ length: 2 * positives.length }, (_, at) => {
    const share = positives[at >> 1]!;
    return at % 2 === code ? share : 1 - share;
  });
}

const noOutput = (where: string, what: string, outputs: readonly ValueMetadata[]): ProblemError =>
  new ProblemError({
    code: "ONNX_OUTPUT_MISSING",
    where,
    message: `the graph has no such output that is ${what}; it has ${outputs.map(outputText).join(", ")}.`,
    remedy:
      "Export it with probabilities as a tensor (skl2onnx: options={id(model): {'zipmap': False}}), or name the output in `outputs` of the schema.",
  });

const outputText = ({ name, isTensor, type }: ValueMetadata): string => `${name} (${isTensor ? type : "no tensor"})`;

const wrongSize = (fetched: readonly Fetched[], rows: number, width: number): ProblemError =>
  new ProblemError({
    code: "ONNX_OUTPUT_WRONG",
    message: `for ${rows} rows the graph gave [${fetched.map(({ dims }) => dims.join(", ")).join("] and [")}], not ${width} value(s) a row.`,
    remedy: "Compare the classes of the schema to those that the model was fitted on, or name the output in `outputs`.",
  });
