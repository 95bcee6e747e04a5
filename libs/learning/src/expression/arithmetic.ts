import type { Graph } from "../onnx/graph.js";
import { countBordersNode, finiteNode, inDouble, isNaNNode, numberNode, whereNode } from "./float-nodes.js";
import { asNumbers, finite, type Operation } from "./operation.js";
import type { Expression } from "./syntax.js";

const ofTwo = (operator: string, compute: (left: number, right: number) => number): Operation => ({
  takes: ["number", "number"],
  gives: "number",
  compute: (given) => {
    const [left, right] = asNumbers(given);
    return () => finite(compute(left!(), right!()));
  },
  onnx: (graph, given) => finiteNode(graph, graph.add(operator, given)),
});

/** Single precision is exact where the operator rounds correctly; log and exp go through double, as they do here. */
const ofOne = (
  compute: (value: number) => number,
  onnx: (graph: Graph, given: readonly string[]) => string,
): Operation => ({
  takes: ["number"],
  gives: "number",
  compute: (given) => {
    const [value] = asNumbers(given);
    return () => finite(compute(value!()));
  },
  onnx: (graph, given) => finiteNode(graph, onnx(graph, given)),
});

// NaN to the power of 0 is 1 elsewhere; here whatever has a missing part is missing.
const power: Operation = {
  ...ofTwo("Pow", (base, exponent) => (base === base ? base ** exponent : NaN)),
  onnx: (graph, given) => {
    const missing = graph.add("Or", [isNaNNode(graph, given[0]!), isNaNNode(graph, given[1]!)]);
    return whereNode(graph, missing, numberNode(graph, NaN), finiteNode(graph, inDouble(graph, "Pow", given)));
  },
};

/** The first unless a later one is beyond it; missing where any is missing. */
const extreme = (beyond: "Less" | "Greater", isBeyond: (value: number, than: number) => boolean): Operation => ({
  takes: ["number"],
  more: "number",
  gives: "number",
  compute: (given) => {
    const values = asNumbers(given);
    return () => {
      let best = values[0]!();
      for (let index = 1; index < values.length; index++) {
        const value = values[index]!();
        if (isBeyond(value, best) || value !== value) best = value;
      }
      return best;
    };
  },
  onnx: (graph, given) =>
    given.reduce((best, value) => {
      const taken = graph.add("Or", [graph.add(beyond, [value, best]), isNaNNode(graph, value)]);
      return whereNode(graph, taken, value, best);
    }),
});

const bordersOf = (expressions: readonly Expression[]): number[] =>
  expressions.slice(1).map((border) => (border as { value: number }).value);

/** bucket(x, 10, 20): 0 below 10, 1 from 10 to below 20, 2 from 20 on. */
const bucket: Operation = {
  takes: ["number", "constant"],
  more: "constant",
  gives: "number",
  compute: (given, expressions) => {
    const [value] = asNumbers(given);
    const borders = Float32Array.from(bordersOf(expressions));
    return () => countBorders(borders, value!());
  },
  onnx: (graph, [value], { expressions }) => countBordersNode(graph, value!, bordersOf(expressions)),
};

export function countBorders(borders: Float32Array, value: number): number {
  if (value !== value) return NaN;
  let count = 0;
  for (let index = 0; index < borders.length; index++) if (value >= borders[index]!) count += 1;
  return count;
}

const direct =
  (operator: string) =>
  (graph: Graph, given: readonly string[]): string =>
    graph.add(operator, given);

const throughDouble =
  (operator: string) =>
  (graph: Graph, given: readonly string[]): string =>
    inDouble(graph, operator, given);

// Tells 0 from −0 nowhere: 0 − x and −x differ in the sign of 0 alone, and nothing in the language shows it.
export const arithmetic: Readonly<Record<string, Operation>> = {
  "+": ofTwo("Add", (left, right) => left + right),
  "-": ofTwo("Sub", (left, right) => left - right),
  "*": ofTwo("Mul", (left, right) => left * right),
  "/": ofTwo("Div", (left, right) => left / right),
  "^": power,
  negate: ofOne((value) => -value, direct("Neg")),
  abs: ofOne(Math.abs, direct("Abs")),
  sqrt: ofOne(Math.sqrt, direct("Sqrt")),
  floor: ofOne(Math.floor, direct("Floor")),
  log: ofOne(Math.log, throughDouble("Log")),
  exp: ofOne(Math.exp, throughDouble("Exp")),
  min: extreme("Less", (value, than) => value < than),
  max: extreme("Greater", (value, than) => value > than),
  bucket,
};
