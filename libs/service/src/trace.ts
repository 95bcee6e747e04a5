import { randomBytes } from "node:crypto";

const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The W3C trace context of a step or request: a new span in the caller's trace, or in a new one. */
export function childTrace(parent?: string): { traceparent: string; traceId: string } {
  const [, traceId = randomBytes(16).toString("hex"), , flags = "01"] = form.exec(parent ?? "") ?? [];
  return { traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-${flags}`, traceId };
}
