import winston from "winston";
import { ProblemError } from "@millrace/contracts";
import type { PlatformSettings } from "./configuration.js";

export interface LogFields {
  service?: string;
  run?: string;
  step?: string;
  trace?: string;
  [field: string]: unknown;
}

export type Log = Record<"error" | "warn" | "info" | "debug", (message: string, fields?: LogFields) => void> & {
  with(fields: LogFields): Log;
};

/** JSON lines on standard error, so that standard output stays free for what a command prints. */
export function openLog(settings: Pick<PlatformSettings, "LOG_LEVEL">, fields: LogFields): Log {
  const logger = winston.createLogger({
    level: settings.LOG_LEVEL,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: process.stderr })],
  });
  return bind(logger, fields);
}

function bind(logger: winston.Logger, bound: LogFields): Log {
  const at = (level: string) => (message: string, fields?: LogFields) => {
    logger.log({ level, message, ...bound, ...fields });
  };
  return {
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    with: (fields) => bind(logger, { ...bound, ...fields }),
  };
}

/** How an error is logged: a problem with its code, anything else with its stack. */
export const errorFields = (error: unknown): LogFields =>
  error instanceof ProblemError
    ? { code: error.code, problem: error.problem }
    : { stack: error instanceof Error ? error.stack : String(error) };
