import type { Express } from "express";
import type { ArrivalRequest, CloudEvent } from "@millrace/contracts";
import type { Platform } from "@millrace/service";
import { arrivalEvent } from "../arrivals/arrival.js";
import type { Arrivals } from "../arrivals/arrivals.js";
import type { SourceProbe } from "../arrivals/source-probe.js";
import { beginRun, checkEvent, pipelineNamed, type BeginParts } from "../begin-run.js";
import type { GatewayMetrics } from "../gateway-metrics.js";
import { openPipelineList } from "../pipeline-list.js";
import { takeArrivals } from "./arrival-queue.js";
import { followChanges } from "./change-trigger.js";
import { hearOfDrift } from "./drift-trigger.js";
import { watchFolders } from "./folder-trigger.js";
import { pollTriggers } from "./poll-triggers.js";
import { hearNotification } from "./s3-notification.js";
import { triggerCollection, type Begin } from "./trigger-state.js";
import { webhookRoutes } from "./webhook-routes.js";

export interface TriggerParts extends BeginParts {
  platform: Platform;
  app: Express;
  arrivals: Arrivals;
  probe: SourceProbe;
  metrics: GatewayMetrics;
}

/** Everything that begins runs without anybody's asking for them. */
export async function startTriggers({ platform, app, probe, metrics, ...parts }: TriggerParts) {
  const { bus, clock, log } = platform;
  const states = platform.records.records(triggerCollection);
  const begin: Begin = async (file, beginning) => {
    const event = await arrivalEvent({ pipeline: file.spec.name, ...beginning }, file, { clock, probe });
    return beginRun(event, parts, { rules: file.spec.arrivals });
  };
  const pipelines = openPipelineList(parts.pipelinesDir);
  const shared = { ...parts, pipelines, bus, clock, log, states, probe, begin, metrics };

  webhookRoutes(app, shared);
  const folders = watchFolders(shared);
  const poll = pollTriggers(shared);
  const changes = followChanges(shared);
  const arriving = await takeArrivals(bus, {
    notification: (notification) => hearNotification(notification, shared),
    arrival: async (arrival: ArrivalRequest) =>
      begin(await pipelineNamed(parts.pipelinesDir, arrival.pipeline), { reason: "amqp", ...arrival }),
    async event(event: CloudEvent) {
      await checkEvent(event, parts.pipelinesDir);
      return beginRun({ ...event, time: event.time ?? clock().toISOString() }, parts);
    },
  });
  const hear = (event: CloudEvent) => hearOfDrift(event, { ...shared, begin: (wish) => beginRun(wish, parts) });
  const stop = async () => void (await Promise.all([arriving.cancel(), folders.stop(), poll.stop(), changes.stop()]));
  return { hear, look: poll.look, stop };
}
