import { randomUUID } from "node:crypto";
import {
  arrivalRequest,
  ARRIVALS_QUEUE,
  parseCloudEvent,
  ProblemError,
  Reject,
  Retry,
  type ArrivalRequest,
  type CloudEvent,
} from "@millrace/contracts";
import type { Bus, Consumption } from "@millrace/messaging";
import { readRequest } from "../request.js";
import { readNotification, type S3Notification } from "./s3-notification.js";

export interface ArrivalTakers {
  notification(notification: S3Notification): Promise<unknown>;
  arrival(arrival: ArrivalRequest): Promise<unknown>;
  event(event: CloudEvent): Promise<unknown>;
}

/** What was published to the exchange of arrivals: an S3 notification, an arrival in short, or one as an event. */
export function takeArrivals(bus: Pick<Bus, "consume">, takers: ArrivalTakers): Promise<Consumption> {
  const handle = async ({ event }: { event: CloudEvent }) => {
    try {
      await take(event, takers);
    } catch (error) {
      throw error instanceof ProblemError && !(error instanceof Retry)
        ? new Reject(error.problem, { cause: error })
        : error;
    }
  };
  return bus.consume(ARRIVALS_QUEUE.name, handle, { parse: wrapped });
}

function take(event: CloudEvent, { notification, arrival, event: takeEvent }: ArrivalTakers): Promise<unknown> {
  if (event.type !== FOREIGN) return takeEvent(event);
  const body = event.data as object;
  if ("pipeline" in body) return arrival(readRequest(arrivalRequest, body));
  return notification(readNotification(body));
}

const FOREIGN = "arrivals.message";

/** A message of others in an envelope, so that it travels through the bus as ours do. */
function wrapped(content: Uint8Array): CloudEvent {
  const body = bodyOf(content);
  if ("specversion" in body) return parseCloudEvent(body);
  return { specversion: "1.0", id: randomUUID(), source: "/amqp", type: FOREIGN, data: body };
}

function bodyOf(content: Uint8Array): object {
  try {
    const body: unknown = JSON.parse(Buffer.from(content).toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Told below, as any other body that is no object.
  }
  throw new Reject({
    code: "ARRIVAL_MALFORMED",
    where: ARRIVALS_QUEUE.name,
    message: "the message is not a JSON object.",
    remedy: 'Publish an S3 notification, a CloudEvent, or {"pipeline": "<name>"}.',
  });
}
