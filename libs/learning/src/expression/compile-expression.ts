import type { Compute, Value } from "./operation.js";
import { operationNamed } from "./operations.js";
import type { Expression } from "./syntax.js";

/** Where the values of a column come from, for the row that is being looked at. */
export interface ValueSource {
  /** A number is a float32, or NaN; a text is undefined where it is missing. */
  readonly value: (column: string) => Compute;
  /** The number with all its digits, for dates. */
  readonly exact: (column: string) => Compute;
}

/**
 * Makes a function that gives the value for the row at which the source stands. Tables and single rows differ in the
 * source alone, so they agree to the bit.
 */
export function compileExpression(expression: Expression, source: ValueSource): Compute {
  if (expression.kind === "column") return source.value(expression.name);
  if (expression.kind !== "call")
    return constant(expression.kind === "bool" ? Number(expression.value) : expression.value);
  const operation = operationNamed(expression.name)!;
  const given = expression.arguments.map((argument, index) =>
    operation.takes[index] === "date" && argument.kind === "column"
      ? source.exact(argument.name)
      : compileExpression(argument, source),
  );
  return operation.compute(given, expression.arguments);
}

const constant = (value: Value): Compute => {
  const known = value === "" ? undefined : value;
  return () => known;
};
