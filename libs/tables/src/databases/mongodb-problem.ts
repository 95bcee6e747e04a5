import { ProblemError } from "@millrace/contracts";
import { sentence, type Problems } from "./database-problem.js";
import { tlsProblem } from "./tls-problem.js";

interface MongodbError extends Error {
  readonly code?: number | string;
  readonly codeName?: string;
  readonly reason?: { readonly servers?: ReadonlyMap<string, { readonly error?: Error | null }> };
}

const denied = new Set([13, 18, 8000]);
// A collection that was dropped, renamed or rebuilt while its rows were read.
const changed = new Set([175, 246]);
const faults = new Set([2, 4, 9, 14, 15, 16, 17, 28, 31, 40, 52, 59, 73, 96, 115, 168, 197, 241, 292]);

export function mongodbProblem(error: MongodbError, problems: Problems): ProblemError {
  const refused = refusalIn(error);
  if (refused) return refused;
  const tls = tlsProblem(error, problems);
  if (tls) return tls;
  const words = sentence(error.message);
  if (error.name === "MongoServerError" && typeof error.code === "number") {
    if (denied.has(error.code)) return problems.denied(error);
    if (error.code === 26) return problems.notFound(words, error);
    if (changed.has(error.code)) return problems.schemaChanged(words, error);
    if (faults.has(error.code) || error.code >= 15_000) return problems.invalidQuery(words, error);
  }
  if (/^Mongo(Parse|InvalidArgument|MissingCredentials)Error$/.test(error.name))
    return problems.invalidQuery(words, error);
  return problems.outage(error);
}

/** Why an address was refused lies deep in what the driver throws when it finds no server. */
function refusalIn(error: unknown, depth = 0): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (!(error instanceof Error) || depth > 5) return undefined;
  const servers = [...((error as MongodbError).reason?.servers?.values() ?? [])];
  for (const inner of [error.cause, ...servers.map((server) => server.error)]) {
    const found = refusalIn(inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}
