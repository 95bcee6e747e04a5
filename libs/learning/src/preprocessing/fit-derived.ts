import { columnNamed, type Table } from "@millrace/contracts";
import { checkExpression, type KnownColumns } from "../expression/check-kinds.js";
import { operationNamed } from "../expression/operations.js";
import { parseExpression } from "../expression/parse-expression.js";
import { columnsOf, type Expression } from "../expression/syntax.js";
import { dateFeatures } from "./date-features.js";
import type { Plan } from "./plan-columns.js";
import { columnMissing, nameTaken } from "./preprocess-problem.js";
import type { DerivedState, InputState } from "./preprocessor-state.js";
import { textFeatures } from "./text-features.js";

export interface DerivedColumns {
  /** The features, then the columns that are only derived from. */
  readonly inputs: readonly InputState[];
  readonly derived: readonly DerivedState[];
}

/** Checks the expressions of a plan against a table, and finds which of its columns must come in. */
export function fitDerived(table: Table, features: readonly string[], plan: Plan): DerivedColumns {
  const known = new Map(table.columns.map(({ name, kind }) => [name, { kind, raw: true }]));
  const derived: DerivedState[] = [];
  for (const [name, expression] of expressionsOf(plan)) {
    if (known.has(name)) throw nameTaken(name);
    derived.push(fitOne(name, expression, known));
    const kind = derived.at(-1)!.kind === "text" ? "text" : "number";
    known.set(name, { kind, raw: false });
  }
  const names = new Set([...features, ...derived.flatMap(usedColumns)]);
  for (const { name } of derived) names.delete(name);
  return { inputs: [...names].map((name) => inputOf(table, name)), derived };
}

const expressionsOf = ({ derive, dates, text }: Plan): [string, string][] => [
  ...derive.flatMap((step) => Object.entries(step.derive)),
  ...dates.flatMap(dateFeatures),
  ...text.flatMap(textFeatures),
];

function fitOne(name: string, text: string, known: KnownColumns): DerivedState {
  const source = { text, where: sourceName(name) };
  return { name, kind: checkExpression(source, parseExpression(text, source.where), known), expression: text };
}

const sourceName = (name: string): string => `derive.${name}`;

function inputOf(table: Table, name: string): InputState {
  const column = columnNamed(table, name);
  if (!column) throw columnMissing(name);
  return { name, kind: column.kind, missing: "taken" };
}

const usedColumns = (state: DerivedState): string[] => columnsOf(expressionOf(state));

export const expressionOf = ({ name, expression }: DerivedState): Expression =>
  parseExpression(expression, sourceName(name));

/** Of the raw columns, those that an expression takes a date from: they need all their digits. */
export function exactColumns(derived: readonly DerivedState[]): Set<string> {
  return new Set(derived.flatMap((state) => datesIn(expressionOf(state))));
}

function datesIn(expression: Expression): string[] {
  if (expression.kind !== "call") return [];
  const dates = operationNamed(expression.name)!.takes[0] === "date" ? columnsOf(expression) : [];
  return [...dates, ...expression.arguments.flatMap(datesIn)];
}
