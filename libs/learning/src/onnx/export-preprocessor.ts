import type { FeatureDescription } from "../preprocessing/describe-features.js";
import { onnxInputs, preprocessorToOnnx } from "../preprocessing/preprocessor-to-onnx.js";
import type { PreprocessorState } from "../preprocessing/preprocessor-state.js";
import { encodeModel } from "./encode-model.js";
import { newGraph } from "./new-graph.js";
import { rawColumns } from "./raw-columns.js";

/** The way from raw columns to the matrix that models learn from, as an ONNX model: inputs as of exportOnnx, one output. */
export function exportPreprocessorOnnx(state: PreprocessorState, inputs: readonly FeatureDescription[]): Uint8Array {
  const names = inputs.map(({ name }) => name);
  const output = freeName("features", new Set(names));
  const graph = newGraph([...names, output]);
  graph.name(preprocessorToOnnx(state, graph, rawColumns(graph, inputs)), output);
  return encodeModel({
    name: "preprocessor",
    producer: { name: "millrace", version: state.format },
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: onnxInputs(state).map((input) => ({ ...input, shape: ["N", 1] })),
    outputs: [{ name: output, type: "float", shape: ["N", state.outputs.length] }],
    metadata: { "millrace.features": JSON.stringify(state.outputs) },
  });
}

const freeName = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? freeName(`${name}_`, taken) : name;
