import { shortDigestOf, type Digest } from "./canonical-json.js";
import { dataSchemaOf, type AnyEvent, type Emission } from "./define-event.js";
import type { CloudEvent } from "./cloud-event.js";

/** A run is born with the event that starts it: the same event, sent however often, names the same run. */
export const runOf = (event: CloudEvent): string =>
  event.run ?? `run-${shortDigestOf({ source: event.source, id: event.id }, 16)}`;

/** An event says the same thing under the same id, so a duplicate is recognised wherever it arrives. */
export const eventId = (run: string, step: string, data: unknown): string => shortDigestOf({ run, step, data });

/** What a step's result depends on: the event's type and data, and the version of the step's code. */
export const inputDigest = (event: CloudEvent, step: { name: string; version: number }): Digest =>
  `sha256:${shortDigestOf({ type: event.type, data: event.data, step: step.name, version: step.version }, 64)}`;

/** The envelope around what a step says: everything in it follows from the run and the data, but for the time. */
export function envelope(
  definition: AnyEvent,
  emission: Emission,
  from: { service: string; step: string; run: string; pipeline?: string; traceparent?: string; time: Date },
): CloudEvent {
  return {
    specversion: "1.0",
    id: eventId(from.run, from.step, emission),
    source: `/millrace/${from.service}`,
    type: definition.type,
    time: from.time.toISOString(),
    datacontenttype: "application/json",
    dataschema: dataSchemaOf(definition),
    run: from.run,
    ...(from.pipeline !== undefined && { pipeline: from.pipeline }),
    ...(from.traceparent !== undefined && { traceparent: from.traceparent }),
    data: emission.data,
  };
}
