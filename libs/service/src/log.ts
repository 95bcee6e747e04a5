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
export function openLog(
  settings: Pick<PlatformSettings, "LOG_LEVEL">,
  fields: LogFields,
  stream: NodeJS.WritableStream = process.stderr,
): Log {
  const logger = winston.createLogger({
    level: settings.LOG_LEVEL,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json(), printable()),
    transports: [new winston.transports.Stream({ stream })],
  });
  return bind(logger, fields);
}

const MESSAGE = Symbol.for("message");
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * JSON escapes line ends but neither what steers a terminal (0x9b is Escape [) nor what turns the direction of writing: a
 * caller's text could rewrite what is read in the log.
 */
const printable = winston.format((info) => {
  info[MESSAGE] = String(info[MESSAGE]).replace(unprintable, (sign) => `\\u${hexOf(sign)}`);
  return info;
});

const hexOf = (sign: string): string => sign.charCodeAt(0).toString(16).padStart(4, "0");

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
