import * as z from "zod";
import { ProblemError } from "../problem.js";

const reference = /^\$\{([A-Z_][A-Z0-9_]*)\}$/;

/** A url that may hold credentials is never in pipeline.yaml itself, which is stored and shown: it names a variable. */
export const environmentUrl = z
  .string()
  .min(1)
  .refine((text) => reference.test(text) || !/:\/\/[^/]*:[^/]*@/.test(text), {
    error: "a password has no place in pipeline.yaml: put the url into a variable and write ${NAME}",
  });

/** What a setting such as ${CHURN_DB_URL} stands for on this machine; any other text stands for itself. */
export function fromEnvironment(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  const name = reference.exec(text)?.[1];
  if (name === undefined) return text;
  const value = environment[name];
  if (value) return value;
  throw new ProblemError({
    code: "VARIABLE_UNSET",
    where: text,
    message: `pipeline.yaml refers to the environment variable ${name}, which is not set.`,
    remedy: `Set ${name} where the service runs.`,
  });
}
