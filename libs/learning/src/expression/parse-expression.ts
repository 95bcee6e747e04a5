import { expressionProblem } from "./expression-problem.js";
import type { Expression, ExpressionSource } from "./syntax.js";
import { tokensOf, type Token } from "./tokens.js";

// Deeper than anyone writes, and shallow enough for the stack.
const MOST_NESTED = 100;

// From what binds least to what binds most; all of them from left to right.
const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["not"],
  ["<", "<=", ">", ">=", "==", "=", "!="],
  ["+", "-"],
  ["*", "/"],
];
const NOT = 2;
const COMPARISON = 3;
const reserved = new Set(["and", "or", "not", "true", "false"]);

interface Reader {
  readonly source: ExpressionSource;
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

/** Recursive descent; an error names the line, the column and what was expected there. */
export function parseExpression(text: string, where = "expression"): Expression {
  const source = { text, where };
  const reader: Reader = { source, tokens: tokensOf(source), next: 0, depth: 0 };
  const expression = parseLevel(reader, 0);
  if (peek(reader).kind !== "end") throw expected(reader, "an operator or the end");
  return expression;
}

const peek = ({ tokens, next }: Reader): Token => tokens[next]!;

const isSign = ({ kind, text }: Token, signs: readonly string[]): boolean =>
  (kind === "symbol" || kind === "word") && signs.includes(text);

function take(reader: Reader, signs: readonly string[]): Token | undefined {
  const token = peek(reader);
  if (!isSign(token, signs)) return undefined;
  reader.next += 1;
  return token;
}

function parseLevel(reader: Reader, level: number): Expression {
  if (level === levels.length) return parseUnary(reader);
  if (level === NOT) return parseNot(reader);
  let left = parseLevel(reader, level + 1);
  for (let sign; (sign = take(reader, levels[level]!));) {
    const right = parseLevel(reader, level + 1);
    left = call(sign.text === "=" ? "==" : sign.text, [left, right], sign.at);
    if (level === COMPARISON && isSign(peek(reader), levels[level]!)) throw chained(reader);
  }
  return left;
}

function parseNot(reader: Reader): Expression {
  const sign = take(reader, levels[NOT]!);
  return sign ? call("not", [nested(reader, parseNot)], sign.at) : parseLevel(reader, NOT + 1);
}

function parseUnary(reader: Reader): Expression {
  const sign = take(reader, ["-"]);
  if (!sign) return parsePower(reader);
  const operand = nested(reader, parseUnary);
  return operand.kind === "number" ? { ...operand, value: -operand.value } : call("negate", [operand], sign.at);
}

/** Binds more than the minus before it, and from right to left: −2^2 is −4, 2^3^2 is 2^9. */
function parsePower(reader: Reader): Expression {
  const base = parsePrimary(reader);
  const sign = take(reader, ["^"]);
  return sign ? call("^", [base, nested(reader, parseUnary)], sign.at) : base;
}

function parsePrimary(reader: Reader): Expression {
  const token = peek(reader);
  if (take(reader, ["("])) return nested(reader, closed);
  if (token.kind === "word" && (token.text === "true" || token.text === "false")) return literal(reader, token);
  if (token.kind === "symbol" || token.kind === "end" || (token.kind === "word" && reserved.has(token.text)))
    throw expected(reader, "a number, a text, a column, a function or (");
  return literal(reader, token);
}

function closed(reader: Reader): Expression {
  const inner = parseLevel(reader, 0);
  if (!take(reader, [")"])) throw expected(reader, "an operator or )");
  return inner;
}

function literal(reader: Reader, token: Token): Expression {
  const { at, text } = token;
  reader.next += 1;
  if (token.kind === "number") return { kind: "number", value: numberOf(reader, token), at };
  if (token.kind === "text") return { kind: "text", value: text, at };
  if (token.kind === "column") return { kind: "column", name: text, at };
  if (reserved.has(text)) return { kind: "bool", value: text === "true", at };
  return take(reader, ["("])
    ? nested(reader, () => call(text, parseArguments(reader), at))
    : { kind: "column", name: text, at };
}

function numberOf({ source }: Reader, { text, at }: Token): number {
  const value = Math.fround(Number(text));
  if (Number.isFinite(value)) return value;
  throw expressionProblem(source, at, `${text} is too large.`, "Numbers go up to 3.4e38.");
}

function parseArguments(reader: Reader): Expression[] {
  if (take(reader, [")"])) return [];
  const given = [parseLevel(reader, 0)];
  while (take(reader, [","])) given.push(parseLevel(reader, 0));
  if (!take(reader, [")"])) throw expected(reader, 'an operator, "," or )');
  return given;
}

const call = (name: string, given: readonly Expression[], at: number): Expression => ({
  kind: "call",
  name,
  arguments: given,
  at,
});

function nested(reader: Reader, parse: (reader: Reader) => Expression): Expression {
  if (++reader.depth > MOST_NESTED) {
    const { at } = peek(reader);
    throw expressionProblem(reader.source, at, `it is nested more than ${MOST_NESTED} deep.`, "Derive it in parts.");
  }
  const expression = parse(reader);
  reader.depth -= 1;
  return expression;
}

function expected(reader: Reader, what: string) {
  const { kind, text, at } = peek(reader);
  const found = kind === "end" ? text : `"${text}"`;
  return expressionProblem(reader.source, at, `expected ${what}, found ${found}.`, "Correct the expression.");
}

function chained(reader: Reader) {
  const { at } = peek(reader);
  return expressionProblem(reader.source, at, "comparisons cannot be chained.", "Write a < b and b < c.");
}
