import { ProblemError } from "@millrace/contracts";
import type { ExpressionSource } from "./syntax.js";

/** Says what is wrong with an expression, with the line and a caret under the place. */
export function expressionProblem(source: ExpressionSource, at: number, message: string, remedy: string): ProblemError {
  const { line, column, text } = placeOf(source.text, at);
  return new ProblemError({
    code: "EXPRESSION_INVALID",
    where: `${source.where}, line ${line}, column ${column}`,
    message: `${message}\n  ${text}\n  ${" ".repeat(column - 1)}^\n`,
    remedy,
    line,
    column,
  });
}

function placeOf(text: string, at: number): { line: number; column: number; text: string } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1, text: text.split("\n")[before.length - 1]! };
}
