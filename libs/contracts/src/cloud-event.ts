import * as z from "zod";
import { ProblemError } from "./problem.js";

const nonEmpty = z.string().min(1);

/** CloudEvents 1.0, structured JSON, with the platform's extension attributes. Unknown attributes are kept. */
export const cloudEventSchema = z
  .looseObject({
    specversion: z.literal("1.0"),
    id: nonEmpty,
    source: nonEmpty,
    type: nonEmpty,
    time: z.iso.datetime({ offset: true }).optional(),
    subject: nonEmpty.optional(),
    datacontenttype: z.literal("application/json").optional(),
    dataschema: nonEmpty.optional(),
    run: nonEmpty.optional(),
    pipeline: nonEmpty.optional(),
    attempt: z.number().int().nonnegative().optional(),
    traceparent: z.string().optional(),
    data: z.unknown(),
  })
  .meta({ id: "CloudEvent" });

export interface CloudEvent<Data = unknown> {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  time?: string;
  subject?: string;
  datacontenttype?: "application/json";
  dataschema?: string;
  run?: string;
  pipeline?: string;
  attempt?: number;
  traceparent?: string;
  data: Data;
  [extension: string]: unknown;
}

export const CLOUD_EVENT_MEDIA_TYPE = "application/cloudevents+json";

/** Reads an envelope from bytes or a parsed body; what is wrong is said with the path of the field. */
export function parseCloudEvent(input: Uint8Array | string | object): CloudEvent {
  const parsed = cloudEventSchema.safeParse(readJson(input));
  if (parsed.success) return parsed.data as CloudEvent;
  throw new ProblemError({
    code: "EVENT_MALFORMED",
    message: `not a CloudEvent: ${issuesOf(parsed.error)}.`,
    remedy: "Send CloudEvents 1.0 in structured JSON: specversion, id, source, type and data.",
  });
}

export const issuesOf = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".") || "the body"}: ${issue.message}`).join("; ");

function readJson(input: Uint8Array | string | object): unknown {
  if (typeof input === "object" && !(input instanceof Uint8Array)) return input;
  const text = typeof input === "string" ? input : Buffer.from(input).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError(
      {
        code: "EVENT_NOT_JSON",
        message: `the message is not JSON (${(error as Error).message}).`,
        remedy: "Send one JSON object.",
      },
      { cause: error },
    );
  }
}
