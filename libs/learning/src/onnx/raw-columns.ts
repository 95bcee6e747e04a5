import type { FeatureDescription } from "../preprocessing/describe-features.js";
import type { Graph } from "./graph.js";
import { cast } from "./operators.js";

// What onnxruntime makes of a missing value in a column of Python objects: it takes str() of each.
const MISSING = ["nan", "None", "<NA>"];

/** The tensor that holds each feature's values as they come in, by name: missing texts are empty. */
export const rawColumns = (graph: Graph, features: readonly FeatureDescription[]): Record<string, string> =>
  Object.fromEntries(
    features.map((feature) => [feature.name, feature.kind === "text" ? emptyMissing(graph, feature) : feature.name]),
  );

/** A word that is a category of this feature stays one; of a feature with too many to list no word is taken for missing. */
function emptyMissing(graph: Graph, { name, categories }: FeatureDescription): string {
  const words = categories === undefined ? [] : MISSING.filter((word) => !categories.includes(word));
  if (words.length === 0) return name;
  const encoder = {
    keys_strings: { strings: words },
    values_int64s: { ints: words.map(() => 1) },
    default_int64: { int: 0 },
  };
  const isMissing = cast(graph, graph.add("LabelEncoder", [name], encoder, "ai.onnx.ml"), "bool");
  return graph.add("Where", [isMissing, graph.constant({ type: "string", values: [""], shape: [] }), name]);
}
