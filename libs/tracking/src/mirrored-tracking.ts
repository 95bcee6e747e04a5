import { Retry, type DependencyHealth } from "@millrace/contracts";
import { BY_KEY_TAG, runByKey, versionByKey } from "./by-key.js";
import type { Mirror } from "./mirror.js";
import { savedMetric, type Operation } from "./operation.js";
import type { Spool } from "./spool.js";
import type { Tracking } from "./tracking.js";

export interface MirroredTrackingParts {
  server: Tracking;
  spool: Spool;
  mirror: Mirror;
  clock: () => Date;
  say: (message: string) => void;
}

/**
 * MLflow while it is there. While it is away writes wait in files, and runs and versions are called by their keys; once
 * one waits all later ones wait behind it, so MLflow gets them in their order.
 */
export function mirroredTracking({ server, spool, mirror, clock, say }: MirroredTrackingParts): Tracking {
  async function write<Answer>(
    operation: Operation,
    now: () => Promise<Answer>,
    later: Answer,
    files: readonly Uint8Array[] = [],
  ): Promise<Answer> {
    if ((await spool.count()) === 0) {
      try {
        return await now();
      } catch (error) {
        if (!isOutage(error)) throw error;
        say(`${error.message} Writes wait in files until it is back, as MLFLOW_REQUIRED=false says.`);
      }
    }
    await spool.append({ at: clock().toISOString(), operation }, files);
    return later;
  }

  return {
    name: "mlflow",

    openRun: (run) =>
      write({ call: "openRun", run }, () => server.openRun(run), { runId: runByKey(run.experiment, run.key) }),

    logMetrics: (runId, metrics) =>
      write(
        { call: "logMetrics", runId, metrics: metrics.map(savedMetric) },
        () => server.logMetrics(runId, metrics),
        undefined,
      ),

    logArtifact: (runId, path, bytes) =>
      write({ call: "logArtifact", runId, path }, () => server.logArtifact(runId, path, bytes), undefined, [bytes]),

    closeRun: (runId, status) =>
      write({ call: "closeRun", runId, status }, () => server.closeRun(runId, status), undefined),

    registerVersion(wanted) {
      const { files, ...version } = wanted;
      const tags = { ...version.tags, [BY_KEY_TAG]: "true" };
      const paths = files.map(({ path }) => path);
      const bytes = files.map((file) => file.bytes);
      const later = { version: versionByKey(wanted.key) };
      const waiting = { call: "registerVersion", version: { ...version, tags }, paths } as const;
      return write(waiting, () => server.registerVersion(wanted), later, bytes);
    },

    tagVersion: (model, version, tags) =>
      write({ call: "tagVersion", model, version, tags }, () => server.tagVersion(model, version, tags), undefined),

    setAlias: (model, alias, version) =>
      write({ call: "setAlias", model, alias, version }, () => server.setAlias(model, alias, version), undefined),

    removeAlias: (model, alias) =>
      write({ call: "removeAlias", model, alias }, () => server.removeAlias(model, alias), undefined),

    async getAlias(model, alias) {
      const waiting = await waitingAlias(spool, model, alias);
      return waiting === undefined ? server.getAlias(model, alias) : waiting.version;
    },

    health: () => healthOf(server, spool),

    async close() {
      await mirror.stop();
      await server.close();
    },
  };
}

const isOutage = (error: unknown): error is Retry => error instanceof Retry && error.code === "MLFLOW_UNAVAILABLE";

/** What was said of an alias last, and is not on the server yet: a version, or that it is gone. */
async function waitingAlias(spool: Spool, model: string, alias: string): Promise<{ version?: string } | undefined> {
  let last: { version?: string } | undefined;
  for await (const { operation } of spool.all()) {
    if (operation.call !== "setAlias" && operation.call !== "removeAlias") continue;
    if (operation.model !== model || operation.alias !== alias) continue;
    last = operation.call === "setAlias" ? { version: operation.version } : {};
  }
  return last;
}

/** Nobody has to wait for MLflow here, so it is up as long as the files are; what is wrong stands in the detail. */
async function healthOf(server: Tracking, spool: Spool): Promise<DependencyHealth> {
  const [health, waiting] = await Promise.all([server.health(), spool.count().catch(() => undefined)]);
  if (waiting === undefined) return { ...health, up: false, detail: "the folder of waiting writes cannot be read" };
  const away = health.up ? [] : [`away since ${health.since.toISOString()} (${health.detail})`];
  const behind = waiting === 0 ? [] : [`${waiting} writes wait`];
  const detail = [...away, ...behind].join("; ");
  return { ...health, up: true, ...(detail ? { detail } : {}) };
}
