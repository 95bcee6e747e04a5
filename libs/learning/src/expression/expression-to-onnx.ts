import { ProblemError } from "@millrace/contracts";
import type { Graph } from "../onnx/graph.js";
import { checkKinds, type KnownColumns } from "./check-kinds.js";
import { numberNode, textNode } from "./float-nodes.js";
import { operationNamed } from "./operations.js";
import type { CallExpression, Expression, ExpressionSource } from "./syntax.js";

export interface OnnxSource {
  readonly graph: Graph;
  readonly source: ExpressionSource;
  readonly columns: KnownColumns;
  /** The float or string tensor [N, 1] of a column. */
  readonly tensor: (column: string) => string;
  /** The tensor as it comes in, with all its digits. */
  readonly exact: (column: string) => string;
}

/** Adds what computes the expression; gives the name of its tensor [N, 1]. */
export function expressionToOnnx(about: OnnxSource, expression: Expression): string {
  const { graph } = about;
  if (expression.kind === "column") return about.tensor(expression.name);
  if (expression.kind === "text") return textNode(graph, expression.value);
  if (expression.kind === "call") return callToOnnx(about, expression);
  return numberNode(graph, Number(expression.value));
}

function callToOnnx(about: OnnxSource, call: CallExpression): string {
  const operation = operationNamed(call.name)!;
  const given = call.arguments.map((argument, index) =>
    operation.takes[index] === "date" && argument.kind === "column"
      ? about.exact(argument.name)
      : expressionToOnnx(about, argument),
  );
  const kinds = call.arguments.map((argument) => checkKinds(about.source, argument, about.columns));
  return operation.onnx(about.graph, given, {
    expressions: call.arguments,
    kinds,
    refuse: (why) => refuseOnnx(about.source.where, why),
  });
}

export function refuseOnnx(where: string, why: string): never {
  throw new ProblemError({
    code: "ONNX_NOT_POSSIBLE",
    where,
    message: `this preprocessing cannot be written as an ONNX graph: ${why}.`,
    remedy: "Compute it before the data come in, or leave it out; the model package itself is not affected.",
  });
}
