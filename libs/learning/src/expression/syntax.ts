/** What an expression, or a part of it, gives. */
export type ValueKind = "number" | "bool" | "text";

/** A parsed expression. Operators are calls too: `a + b` is the call "+" of a and b. `at` is the position in the source. */
export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "bool"; readonly value: boolean; readonly at: number }
  | { readonly kind: "text"; readonly value: string; readonly at: number }
  | { readonly kind: "column"; readonly name: string; readonly at: number }
  | CallExpression;

export interface CallExpression {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly at: number;
}

/** The text of an expression, and where it stands, for messages: `derive.Customer_Value`. */
export interface ExpressionSource {
  readonly text: string;
  readonly where: string;
}

/** The columns that an expression uses, each once, in the order in which they come. */
export function columnsOf(expression: Expression): string[] {
  if (expression.kind === "column") return [expression.name];
  if (expression.kind !== "call") return [];
  return [...new Set(expression.arguments.flatMap(columnsOf))];
}

/** How a column's name is written in an expression. */
export const quotedName = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
