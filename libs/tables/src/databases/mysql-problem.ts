import { ProblemError } from "@millrace/contracts";
import { sentence, type Problems } from "./database-problem.js";
import { tlsProblem } from "./tls-problem.js";

interface MysqlError extends Error {
  readonly errno?: number;
  readonly sqlState?: string;
}

const denied = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1698]);
const missing = new Set([1049, 1109, 1146]);
// Too busy, timed out, a deadlock, stopped by an operator or with the server: all of it passes.
const passing = new Set([
  1040, 1053, 1077, 1078, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317, 1927, 1969, 3024,
]);
const ALTERED = new Set([1412, 1615]);
const DUPLICATE_COLUMN = 1060;
const FIRST_OF_CLIENT = 2000;

/** The server's own numbers are 1000 to 1999 and from 3000 on; everything else comes from the connection. */
export function mysqlProblem(error: MysqlError, problems: Problems): ProblemError {
  if (error instanceof ProblemError) return error;
  const { errno = 0 } = error;
  const tls = tlsProblem(error, problems);
  if (tls) return tls;
  const words = sentence(error.message);
  if (denied.has(errno)) return problems.denied(error);
  if (missing.has(errno)) return problems.notFound(words, error);
  if (ALTERED.has(errno)) return problems.schemaChanged(words, error);
  if (errno === DUPLICATE_COLUMN)
    return problems.duplicateColumn(/'(.*)'/.exec(error.message)?.[1] ?? "of the same name");
  const fault = error.sqlState !== undefined && errno > 0 && (errno < FIRST_OF_CLIENT || errno >= 3000);
  if (!fault || passing.has(errno)) return problems.outage(error);
  return problems.invalidQuery(words, error, /at line (\d+)/.exec(error.message)?.[0].slice(3));
}
