import { ProblemError } from "@millrace/contracts";
import { calibrationToOnnx } from "./calibration-to-onnx.js";
import { choosesBy, type Decision } from "./decision.js";
import { encodeModel, type GraphValue } from "./encode-model.js";
import { modelToOnnx } from "./model-exporters.js";
import { newGraph, type NewGraph } from "./new-graph.js";
import { cast, column } from "./operators.js";
import { outputNames, type OutputNames } from "./output-names.js";
import { onnxInputs, preprocessorToOnnx } from "../preprocessing/preprocessor-to-onnx.js";
import { rawColumns } from "./raw-columns.js";
import { PACKAGE_FORMAT, type ModelPackage } from "../packages/model-package.js";

/**
 * The whole way from raw columns to a decision as one ONNX model. In: each feature as [N, 1], floats (NaN is missing; of
 * dates in milliseconds, doubles) or strings (empty is missing). Out: `label` [N] and, of a classification, one probability [N] a class.
 */
export function exportOnnx(content: ModelPackage): Uint8Array {
  const features = content.features.map(({ name }) => name);
  refuseNameless(features);
  const names = outputNames(content.classes, features);
  const graph = newGraph([...features, names.label, ...names.probabilities]);
  const matrix = preprocessorToOnnx(content.preprocessor, graph, rawColumns(graph, content.features));
  const outputs = calibrated(content, graph, modelToOnnx(content.model, graph, matrix));
  return encodeModel({
    name: content.target,
    producer: { name: "millrace", version: String(PACKAGE_FORMAT) },
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: onnxInputs(content.preprocessor).map((input) => ({ ...input, shape: ["N", 1] })),
    outputs:
      content.classes.length === 0 ? nameValue(graph, outputs, names) : nameClasses(graph, outputs, names, content),
    metadata: metadataOf(content, names),
  });
}

function refuseNameless(features: readonly string[]): void {
  if (!features.includes("")) return;
  throw new ProblemError({
    code: "ONNX_NOT_POSSIBLE",
    where: `feature ${features.indexOf("") + 1}`,
    message: "it has no name, and an input of an ONNX graph needs one.",
    remedy: "Name the column, or leave it out of the features.",
  });
}

const calibrated = ({ calibration }: ModelPackage, graph: NewGraph, outputs: string): string =>
  calibration === undefined ? outputs : calibrationToOnnx(calibration, graph, outputs);

function nameValue(graph: NewGraph, outputs: string, { label }: OutputNames): GraphValue[] {
  graph.name(cast(graph, column(graph, outputs, 0), "float"), label);
  return [{ name: label, type: "float", shape: ["N"] }];
}

function nameClasses(graph: NewGraph, outputs: string, names: OutputNames, decision: Decision): GraphValue[] {
  graph.name(choosesBy(graph, outputs, decision), names.label);
  names.probabilities.forEach((name, code) => graph.name(cast(graph, column(graph, outputs, code), "float"), name));
  return [
    { name: names.label, type: "string", shape: ["N"] },
    ...names.probabilities.map((name) => ({ name, type: "float", shape: ["N"] }) as const),
  ];
}

/** What a reader of the file may want to know; lists as JSON. */
const metadataOf = (content: ModelPackage, names: OutputNames): Record<string, string> => ({
  "millrace.package_format": String(PACKAGE_FORMAT),
  "millrace.family": content.model.family,
  "millrace.target": content.target,
  "millrace.features": JSON.stringify(content.features.map(({ name }) => name)),
  "millrace.classes": JSON.stringify(content.classes),
  "millrace.probabilities": JSON.stringify(names.probabilities),
  ...(content.positive !== undefined && { "millrace.positive": content.positive }),
  ...(content.threshold !== undefined && { "millrace.threshold": String(content.threshold) }),
});
