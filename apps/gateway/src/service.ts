import type { Express } from "express";
import type { RunRecord } from "@millrace/contracts";
import {
  defineService,
  deploymentCollection,
  openManifests,
  versionCollection,
  type Platform,
} from "@millrace/service";
import { openArrivals } from "./arrivals/arrivals.js";
import { openSourceProbe } from "./arrivals/source-probe.js";
import { approvalRoutes } from "./approval-routes.js";
import { artifactRoutes } from "./artifact-routes.js";
import { auditRoutes } from "./audit-routes.js";
import { deadLetterRoutes } from "./dead-letter-routes.js";
import { eventRoutes } from "./event-routes.js";
import { openEventStreams } from "./event-stream.js";
import { openGatewayMetrics } from "./gateway-metrics.js";
import { gcRoutes } from "./gc/gc-routes.js";
import { readGcSettings } from "./gc/gc-settings.js";
import { importRoutes } from "./import-routes.js";
import { keepLedger, openLedger } from "./ledger.js";
import { lineageRoutes } from "./lineage-routes.js";
import { openLiveUpdates } from "./live-updates.js";
import { modelRoutes } from "./model-routes.js";
import { startRunKeeper } from "./run-keeper.js";
import { openRuns } from "./run-records.js";
import { runRoutes } from "./run-routes.js";
import { readGatewaySettings } from "./settings.js";
import { startTriggers } from "./triggers/start-triggers.js";

/** The control API, the run ledger and the run keeper. */
export const gateway = defineService({ name: "gateway", http: true, start });

async function start(platform: Platform, app: Express) {
  const { bus, records, artifacts, log, clock, settings } = platform;
  const { KEEPER_AFTER_SECONDS: afterSeconds } = readGatewaySettings(platform.environment);
  const metrics = openGatewayMetrics(platform.metrics.registry);
  const runs = openRuns(records);
  const live = await openLiveUpdates(bus, runs);
  // A page that no arrival began may not know its pipeline yet.
  const ended = ({ pipeline }: RunRecord) => void (pipeline !== "" && arrivals.advance(pipeline));
  const ledger = openLedger({ runs, live, metrics, clock, ended });
  const pipelinesDir = settings.MILLRACE_PIPELINES_DIR;
  const arrivals = openArrivals({ records, runs, ledger, bus, pipelinesDir, clock, log });
  const probe = openSourceProbe(platform);
  const streams = openEventStreams(metrics.clients);
  const parts = { bus, runs, ledger, arrivals, probe, live, streams, log, clock, pipelinesDir };
  const [deployments, versions] = [records.records(deploymentCollection), records.records(versionCollection)];

  eventRoutes(app, parts);
  runRoutes(app, { ...parts, manifests: openManifests(records) });
  modelRoutes(app, { ...parts, deployments, versions });
  approvalRoutes(app, { ...parts, deployments, versions });
  auditRoutes(app, records);
  lineageRoutes(app, records);
  gcRoutes(app, { ...parts, records, artifacts, settings: readGcSettings(platform.environment) });
  importRoutes(app, { ...parts, artifacts, deployments, versions });
  artifactRoutes(app, artifacts, log);
  deadLetterRoutes(app, bus.deadLetters);

  const triggers = await startTriggers({ ...parts, platform, app, metrics });
  const consuming = await keepLedger(ledger, platform, triggers.hear);
  const keeper = startRunKeeper({
    ...parts,
    metrics,
    afterSeconds,
    forgetfulBroker: settings.RABBITMQ_URL === undefined,
  });

  async function stop(): Promise<void> {
    streams.stop();
    await Promise.all([triggers.stop(), keeper.stop(), live.stop(), consuming.cancel()]);
    await Promise.all([arrivals.stop(), probe.close()]);
  }
  return { stop };
}
