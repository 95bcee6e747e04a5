import type { Express } from "express";
import {
  defineService,
  deploymentCollection,
  openManifests,
  versionCollection,
  type PipelineFile,
  type Platform,
} from "@millrace/service";
import { arrivalEvent } from "./arrival.js";
import { artifactRoutes } from "./artifact-routes.js";
import { beginRun } from "./begin-run.js";
import { deadLetterRoutes } from "./dead-letter-routes.js";
import { eventRoutes } from "./event-routes.js";
import { openEventStreams } from "./event-stream.js";
import { watchFolders } from "./folder-trigger.js";
import { openGatewayMetrics } from "./gateway-metrics.js";
import { keepLedger, openLedger } from "./ledger.js";
import { openLiveUpdates } from "./live-updates.js";
import { modelRoutes } from "./model-routes.js";
import { startRunKeeper } from "./run-keeper.js";
import { openRuns } from "./run-records.js";
import { runRoutes } from "./run-routes.js";
import { readGatewaySettings } from "./settings.js";

/** The control API, the run ledger and the run keeper. */
export const gateway = defineService({ name: "gateway", http: true, start });

async function start(platform: Platform, app: Express) {
  const { bus, records, artifacts, log, clock, settings } = platform;
  const { KEEPER_AFTER_SECONDS: afterSeconds } = readGatewaySettings(platform.environment);
  const metrics = openGatewayMetrics(platform.metrics.registry);
  const runs = openRuns(records);
  const live = await openLiveUpdates(bus, runs);
  const ledger = openLedger({ runs, live, metrics, clock });
  const streams = openEventStreams(metrics.clients);
  const parts = { ...{ bus, runs, ledger, live, streams, log, clock }, pipelinesDir: settings.MILLRACE_PIPELINES_DIR };
  const [deployments, versions] = [records.records(deploymentCollection), records.records(versionCollection)];

  eventRoutes(app, parts);
  runRoutes(app, { ...parts, manifests: openManifests(records) });
  modelRoutes(app, { ...parts, deployments, versions });
  artifactRoutes(app, artifacts, log);
  deadLetterRoutes(app, bus.deadLetters);

  const consuming = await keepLedger(ledger, platform);
  const keeper = startRunKeeper({
    ...parts,
    metrics,
    afterSeconds,
    forgetfulBroker: settings.RABBITMQ_URL === undefined,
  });
  const begin = async (file: PipelineFile, source: string) =>
    beginRun(await arrivalEvent({ pipeline: file.spec.name, source, reason: "folder" }, file, clock), parts);
  const folders = watchFolders({ pipelinesDir: parts.pipelinesDir, log, begin });

  async function stop(): Promise<void> {
    streams.stop();
    await Promise.all([folders.stop(), keeper.stop(), live.stop(), consuming.cancel()]);
  }
  return { stop };
}
