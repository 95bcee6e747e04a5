import { MlflowError } from "./errors.js";

/** A text as MLflow's filter language wants it. It knows no escapes, so a text with both kinds of quotes cannot be said. */
export function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new MlflowError({
    code: "INVALID_FILTER",
    message: `MLflow's filters cannot express a text with both ' and " (${text}). Leave one of them out.`,
    sent: false,
  });
}

/** The condition "this tag has this value", for runs and model versions alike. */
export const tagEquals = (tag: string, value: string): string => `tags.\`${tag}\` = ${quoted(value)}`;
