import * as z from "zod";
import { issuesOf, ProblemError } from "@millrace/contracts";

const limit = z.coerce.number().int().min(1).max(200).default(50);

export const runQuery = z.object({
  pipeline: z.string().min(1).optional(),
  status: z.enum(["waiting", "running", "promoted", "rejected", "rolled-back", "failed", "superseded"]).optional(),
  limit,
  after: z.string().min(1).optional(),
});

export const deadLetterQuery = z.object({ queue: z.string().min(1).optional(), limit });

export const beginRequest = z.strictObject({ source: z.string().min(1).optional(), reason: z.string().optional() });
export const resumeRequest = z.strictObject({ from: z.string().min(1).optional() });
export const rollbackRequest = z.strictObject({
  version: z.number().int().positive().optional(),
  reason: z.string().min(1).optional(),
});

/** What a caller sent, as the schema says, or the problem that names what is wrong with it. */
export function readRequest<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  throw new ProblemError({
    code: "REQUEST_INVALID",
    message: `${issuesOf(parsed.error)}.`,
    remedy: "docs/reference/http.md lists what each call takes.",
  });
}
