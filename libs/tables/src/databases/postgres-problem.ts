import { ProblemError } from "@millrace/contracts";
import { sentence, type Problems } from "./database-problem.js";
import { tlsProblem } from "./tls-problem.js";
import { lineAndColumn } from "./select-statement.js";

/** What the server says of an error; `position` counts the characters of the statement from 1 on. */
export interface PostgresError extends Error {
  readonly code?: string;
  readonly position?: string;
  readonly hint?: string;
}

/** `prefix` is how much of the statement stands before the user's query. */
export function postgresProblem(error: PostgresError, problems: Problems, query: string, prefix: number): ProblemError {
  if (error instanceof ProblemError) return error;
  const { code = "", position, hint } = error;
  const words = sentence([error.message, hint].filter(Boolean).join(". "));
  const tls = tlsProblem(error, problems);
  if (tls) return tls;
  if (["28P01", "28000", "42501"].includes(code)) return problems.denied(error);
  if (["3D000", "42P01", "3F000"].includes(code)) return problems.notFound(words, error);
  if (changed(error)) return problems.schemaChanged(words, error);
  if (code === "25006") return problems.invalidQuery(`the query is to read only: ${words}`, error);
  if (/^(42|22|21|0A|2F|P0)/.test(code)) {
    const at = Number(position) - prefix;
    return problems.invalidQuery(words, error, at > 0 ? lineAndColumn(query, at) : undefined);
  }
  if (/password must be a string|no password|SASL: .*password/i.test(error.message)) return problems.denied(error);
  return problems.outage(error);
}

const changed = ({ code, message }: PostgresError): boolean =>
  (code === "0A000" && message.includes("cached plan")) || code === "XX002";
