import type { ProblemError } from "@millrace/contracts";
import { expressionProblem } from "./expression-problem.js";
import type { Parameter } from "./operation.js";
import { functionNames, operationNamed } from "./operations.js";
import { columnsOf, type CallExpression, type Expression, type ExpressionSource, type ValueKind } from "./syntax.js";

export interface KnownColumn {
  readonly kind: "number" | "text";
  /** It comes from the data, with all its digits, and is not derived. */
  readonly raw: boolean;
}
export type KnownColumns = ReadonlyMap<string, KnownColumn>;

const shown: Record<Parameter, string> = {
  number: "a number",
  bool: "a condition",
  text: "a text",
  any: "a value",
  same: "a value",
  constant: "a number that is written out",
  date: "a column of the data: an ISO text, or milliseconds since 1970",
};

/** Says what kind of value the whole expression gives, and refuses one that makes no sense. */
export function checkExpression(source: ExpressionSource, expression: Expression, columns: KnownColumns): ValueKind {
  const kind = checkKinds(source, expression, columns);
  if (columnsOf(expression).length > 0) return kind;
  throw expressionProblem(
    source,
    expression.at,
    "it uses no column, so it is the same in every row.",
    "Name a column.",
  );
}

export function checkKinds(source: ExpressionSource, expression: Expression, columns: KnownColumns): ValueKind {
  if (expression.kind === "call") return checkCall(source, expression, columns);
  if (expression.kind !== "column") return expression.kind;
  const column = columns.get(expression.name);
  if (!column) throw unknownColumn(source, expression, columns);
  return column.kind;
}

function checkCall(source: ExpressionSource, call: CallExpression, columns: KnownColumns): ValueKind {
  const operation = operationNamed(call.name);
  if (!operation) throw unknownFunction(source, call);
  const parameters = call.arguments.map((_, index) => operation.takes[index] ?? operation.more);
  if (call.arguments.length < operation.takes.length || parameters.includes(undefined))
    throw wrongCount(source, call, operation.takes.length, operation.more !== undefined);
  let same: ValueKind | undefined;
  call.arguments.forEach((given, index) => {
    const kind = checkKinds(source, given, columns);
    const parameter = parameters[index]!;
    if (!fits(parameter, kind, given, columns, same)) throw wrongKind(source, given, call, same ?? parameter, kind);
    if (parameter === "same") same ??= kind;
  });
  if (call.name === "bucket") refuseUnordered(source, call);
  return operation.gives === "same" ? same! : operation.gives;
}

function fits(
  parameter: Parameter,
  kind: ValueKind,
  given: Expression,
  columns: KnownColumns,
  same?: ValueKind,
): boolean {
  if (parameter === "any") return true;
  if (parameter === "same") return same === undefined || same === kind;
  if (parameter === "constant") return given.kind === "number";
  if (parameter === "date") return given.kind === "column" && columns.get(given.name)!.raw;
  return parameter === kind;
}

function refuseUnordered(source: ExpressionSource, { arguments: given }: CallExpression): void {
  const borders = given.slice(1) as { value: number; at: number }[];
  const wrong = borders.find((border, index) => index > 0 && border.value <= borders[index - 1]!.value);
  if (wrong)
    throw expressionProblem(source, wrong.at, "the borders of bucket must rise.", "Put them in order, each once.");
}

function wrongKind(
  source: ExpressionSource,
  given: Expression,
  call: CallExpression,
  parameter: Parameter,
  kind: ValueKind,
): ProblemError {
  const found = given.kind === "column" ? `the column ${given.name}, which is ${shown[kind]}` : shown[kind];
  return expressionProblem(
    source,
    given.at,
    `${call.name} expects ${shown[parameter]} here, found ${found}.`,
    "Give it what it expects.",
  );
}

function wrongCount(source: ExpressionSource, call: CallExpression, least: number, more: boolean): ProblemError {
  const expected = `${more ? "at least " : ""}${least} argument${least === 1 ? "" : "s"}`;
  return expressionProblem(
    source,
    call.at,
    `${call.name} takes ${expected}, found ${call.arguments.length}.`,
    "Add or remove arguments.",
  );
}

const unknownFunction = (source: ExpressionSource, call: CallExpression): ProblemError =>
  expressionProblem(source, call.at, `there is no function ${call.name}.`, `Use one of ${functionNames.join(", ")}.`);

function unknownColumn(source: ExpressionSource, { name, at }: { name: string; at: number }, columns: KnownColumns) {
  const names = [...columns.keys()];
  const some = names.length > 20 ? [...names.slice(0, 20), "…"] : names;
  return expressionProblem(
    source,
    at,
    `there is no column ${JSON.stringify(name)}.`,
    `The columns are ${some.join(", ")}.`,
  );
}
