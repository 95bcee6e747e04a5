import { SURE, type CalibrationState } from "../calibration/calibration.js";
import { EPSILON } from "../calibration/temperature.js";
import type { Graph } from "./graph.js";
import { interpolate } from "./interpolate.js";
import { beside, column, scalar, vector } from "./operators.js";
import { bothClasses } from "./score-links.js";

type Of<Method> = Extract<CalibrationState, { method: Method }>;

/** Calibrated probabilities [N, classes] of those that a model gives, in doubles. */
export function calibrationToOnnx(state: CalibrationState, graph: Graph, probabilities: string): string {
  if (state.method === "temperature") return sharpened(state, graph, probabilities);
  const asked = state.classes === 2 ? column(graph, probabilities, [1]) : probabilities;
  const curved = state.method === "isotonic" ? alongCurves(state, graph, asked) : alongSigmoids(state, graph, asked);
  return state.classes === 2 ? bothClasses(graph, curved) : sharesOf(graph, curved, state.classes);
}

function sharpened({ sharpness }: Of<"temperature">, graph: Graph, probabilities: string): string {
  const logarithms = graph.add("Log", [graph.add("Add", [probabilities, scalar(graph, EPSILON)])]);
  const scores = graph.add("Mul", [logarithms, scalar(graph, sharpness)]);
  return graph.add("Softmax", [scores], { axis: { int: 1 } });
}

const alongCurves = ({ curves }: Of<"isotonic">, graph: Graph, asked: string): string =>
  beside(
    graph,
    curves.map(({ x, y }, index) => interpolate(graph, column(graph, asked, [index]), x, y)),
  );

function alongSigmoids({ sigmoids, scale }: Of<"platt">, graph: Graph, asked: string): string {
  const score = scale === "probability" ? asked : logOdds(graph, asked);
  const slopes = vector(
    graph,
    sigmoids.map(({ slope }) => slope),
  );
  const intercepts = vector(
    graph,
    sigmoids.map(({ intercept }) => intercept),
  );
  return graph.add("Sigmoid", [graph.add("Add", [graph.add("Mul", [score, slopes]), intercepts])]);
}

function logOdds(graph: Graph, probability: string): string {
  const above = graph.add("Max", [probability, scalar(graph, SURE)]);
  const kept = graph.add("Min", [above, scalar(graph, 1 - SURE)]);
  return graph.add("Log", [graph.add("Div", [kept, graph.add("Sub", [scalar(graph, 1), kept])])]);
}

/** So that they sum to 1; where all are 0 all classes are alike. */
function sharesOf(graph: Graph, values: string, classes: number): string {
  const sum = graph.add("ReduceSum", [values, graph.constant({ type: "int64", values: [1], shape: [1] })]);
  const isAny = graph.add("Greater", [sum, scalar(graph, 0)]);
  return graph.add("Where", [isAny, graph.add("Div", [values, sum]), scalar(graph, 1 / classes)]);
}
