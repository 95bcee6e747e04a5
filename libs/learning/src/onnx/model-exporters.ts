import { ProblemError } from "@millrace/contracts";
import type { ModelState } from "../models/family.js";
import { stackingToOnnx, votingToOnnx } from "./ensembles-to-onnx.js";
import type { Graph } from "./graph.js";
import { linearRegressionToOnnx, logisticToOnnx } from "./linear-to-onnx.js";
import { mlForestToOnnx } from "./ml-forest-to-onnx.js";
import { treesToOnnx } from "./trees-to-onnx.js";

/** Adds a model to a graph: from the float matrix [N, columns] to its outputs [N, outputs] in doubles. */
export type ModelToOnnx<State extends ModelState = ModelState> = (state: State, graph: Graph, x: string) => string;

/** Of each family, as its states say it. */
const exporters: Readonly<Record<string, ModelToOnnx>> = {
  "decision-tree": treesToOnnx as ModelToOnnx,
  "extra-trees": treesToOnnx as ModelToOnnx,
  "gradient-boosting": treesToOnnx as ModelToOnnx,
  "linear-regression": linearRegressionToOnnx as ModelToOnnx,
  "logistic-regression": logisticToOnnx as ModelToOnnx,
  "ml-random-forest": mlForestToOnnx as ModelToOnnx,
  "random-forest": treesToOnnx as ModelToOnnx,
  stacking: stackingToOnnx(modelToOnnx) as ModelToOnnx,
  voting: votingToOnnx(modelToOnnx) as ModelToOnnx,
};

export const exportedFamilies = Object.keys(exporters);

export function modelToOnnx(state: ModelState, graph: Graph, x: string): string {
  if (Object.hasOwn(exporters, state.family)) return exporters[state.family]!(state, graph, x);
  throw new ProblemError({
    code: "ONNX_FAMILY_UNKNOWN",
    message: `a model of the family ${state.family} can't be exported to ONNX.`,
    remedy: `Use one of ${exportedFamilies.join(", ")}, or serve the package itself.`,
  });
}
