import type { Graph } from "../onnx/graph.js";
import { castNode, FLOAT, isNaNNode, numberNode, textNode, whereNode } from "./float-nodes.js";
import { asNumbers, type Operation, type Value } from "./operation.js";
import type { ValueKind } from "./syntax.js";

const isMissing = (value: Value): boolean => value === undefined || value !== value;

const missingNode = (graph: Graph, tensor: string, kind: ValueKind | undefined): string =>
  kind === "text" ? graph.add("Equal", [tensor, textNode(graph, "")]) : isNaNNode(graph, tensor);

const eitherMissing = (graph: Graph, [left, right]: readonly string[], kinds: readonly ValueKind[]): string =>
  graph.add("Or", [missingNode(graph, left!, kinds[0]), missingNode(graph, right!, kinds[1])]);

/** 0 or 1, missing where a side is missing. */
const compared = (
  takes: "number" | "same",
  compare: (left: Value, right: Value) => boolean,
  onnx: (graph: Graph, given: readonly string[]) => string,
): Operation => ({
  takes: [takes, takes],
  gives: "bool",
  compute: ([left, right]) => {
    return () => {
      const [a, b] = [left!(), right!()];
      return isMissing(a) || isMissing(b) ? NaN : Number(compare(a, b));
    };
  },
  onnx: (graph, given, { kinds }) => {
    const result = castNode(graph, onnx(graph, given), FLOAT);
    return whereNode(graph, eitherMissing(graph, given, kinds), numberNode(graph, NaN), result);
  },
});

const ordered = (operator: string, compare: (left: number, right: number) => boolean): Operation =>
  compared("number", compare as (left: Value, right: Value) => boolean, (graph, given) => graph.add(operator, given));

/** As in SQL: one side that decides decides, though the other is missing. */
const deciding = (decides: 0 | 1): Operation => ({
  takes: ["bool", "bool"],
  gives: "bool",
  compute: (given) => {
    const [left, right] = asNumbers(given);
    return () => {
      const [a, b] = [left!(), right!()];
      if (a === decides || b === decides) return decides;
      return a !== a || b !== b ? NaN : 1 - decides;
    };
  },
  onnx: (graph, given, { kinds }) => {
    const decided = graph.add(
      "Or",
      given.map((tensor) => graph.add("Equal", [tensor, numberNode(graph, decides)])),
    );
    const missing = eitherMissing(graph, given, kinds);
    const otherwise = whereNode(graph, missing, numberNode(graph, NaN), numberNode(graph, 1 - decides));
    return whereNode(graph, decided, numberNode(graph, decides), otherwise);
  },
});

const not: Operation = {
  takes: ["bool"],
  gives: "bool",
  compute: (given) => {
    const [value] = asNumbers(given);
    return () => 1 - value!();
  },
  onnx: (graph, [value]) => graph.add("Sub", [numberNode(graph, 1), value!]),
};

/** The chosen side alone counts: a missing value on the other side does no harm. A missing condition chooses none. */
const choice: Operation = {
  takes: ["bool", "same", "same"],
  gives: "same",
  compute: ([condition, then, otherwise]) => {
    return () => {
      const chosen = condition!();
      if (chosen === 1) return then!();
      if (chosen === 0) return otherwise!();
      const other = otherwise!();
      return typeof other === "number" ? NaN : undefined;
    };
  },
  onnx: (graph, [condition, then, otherwise], { kinds }) => {
    const missing = kinds[1] === "text" ? textNode(graph, "") : numberNode(graph, NaN);
    const isTrue = graph.add("Equal", [condition!, numberNode(graph, 1)]);
    const chosen = whereNode(graph, isTrue, then!, otherwise!);
    return whereNode(graph, isNaNNode(graph, condition!), missing, chosen);
  },
};

const isMissingCall: Operation = {
  takes: ["any"],
  gives: "bool",
  compute:
    ([value]) =>
    () =>
      Number(isMissing(value!())),
  onnx: (graph, [value], { kinds }) => castNode(graph, missingNode(graph, value!, kinds[0]), FLOAT),
};

export const logic: Readonly<Record<string, Operation>> = {
  "<": ordered("Less", (left, right) => left < right),
  "<=": ordered("LessOrEqual", (left, right) => left <= right),
  ">": ordered("Greater", (left, right) => left > right),
  ">=": ordered("GreaterOrEqual", (left, right) => left >= right),
  "==": compared(
    "same",
    (left, right) => left === right,
    (graph, given) => graph.add("Equal", given),
  ),
  "!=": compared(
    "same",
    (left, right) => left !== right,
    (graph, given) => graph.add("Not", [graph.add("Equal", given)]),
  ),
  and: deciding(0),
  or: deciding(1),
  not,
  if: choice,
  is_missing: isMissingCall,
};
