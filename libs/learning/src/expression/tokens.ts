import { expressionProblem } from "./expression-problem.js";
import type { ExpressionSource } from "./syntax.js";

export interface Token {
  readonly kind: "number" | "text" | "column" | "word" | "symbol" | "end";
  /** Of a quoted name or text: what stands between the quotes. */
  readonly text: string;
  readonly at: number;
}

type Rule = readonly [kind: Token["kind"], pattern: RegExp, text?: (match: string) => string];

const unquoted = (match: string): string => {
  const quote = match[0]!;
  return match.slice(1, -1).replaceAll(quote + quote, quote);
};

const rules: readonly Rule[] = [
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["word", /[\p{L}_][\p{L}\p{N}\p{M}_]*(?:\.[\p{L}_][\p{L}\p{N}\p{M}_]*)*/uy],
  ["column", /`(?:[^`]|``)+`/y, unquoted],
  ["text", /"(?:[^"]|"")*"/y, unquoted],
  ["text", /'(?:[^']|'')*'/y, unquoted],
  ["symbol", /<=|>=|==|!=|[-+*/^<>=(),]/y],
];

/** Splits the text of an expression; the last token is the end. */
export function tokensOf(source: ExpressionSource): Token[] {
  const tokens: Token[] = [];
  for (let at = spaceAfter(source.text, 0); at < source.text.length;) {
    const { token, length } = tokenAt(source, at);
    tokens.push(token);
    at = spaceAfter(source.text, at + length);
  }
  return [...tokens, { kind: "end", text: "the end", at: source.text.length }];
}

function spaceAfter(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

function tokenAt(source: ExpressionSource, at: number): { token: Token; length: number } {
  for (const [kind, pattern, text] of rules) {
    pattern.lastIndex = at;
    const match = pattern.exec(source.text)?.[0];
    if (match !== undefined) return { token: { kind, text: text ? text(match) : match, at }, length: match.length };
  }
  throw unreadable(source, at);
}

function unreadable(source: ExpressionSource, at: number) {
  const sign = String.fromCodePoint(source.text.codePointAt(at)!);
  if ("`\"'".includes(sign))
    return expressionProblem(source, at, `the ${sign} is never closed.`, `Write another ${sign} where it ends.`);
  return expressionProblem(
    source,
    at,
    `"${sign}" means nothing here.`,
    "Use numbers, columns, + - * / ^, comparisons, and, or, not, and functions; a name with spaces stands in `backticks`.",
  );
}
