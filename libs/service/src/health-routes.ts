import type { Express } from "express";
import type { DependencyHealth } from "@millrace/contracts";
import type { Platform } from "./platform.js";
import type { Running } from "./service.js";

interface Readiness {
  ready: boolean;
  service: string;
  dependencies: { name: string; up: boolean; since: string; detail?: string }[];
  waitingFor?: string;
}

/** Liveness says that the process answers; readiness says which dependency is missing, and since when. */
export function healthRoutes(
  service: string,
  platform: Platform,
  app: Express,
  running: () => Running | undefined,
): void {
  app.get("/health", (_request, response) => {
    response.json({ status: "ok", service });
  });
  app.get("/ready", async (_request, response) => {
    const readiness = readinessOf(service, await platform.health(), running()?.ready?.());
    observe(platform, readiness);
    response.status(readiness.ready ? 200 : 503).json(readiness);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(platform.metrics.registry.contentType).send(await platform.metrics.registry.metrics());
  });
}

function readinessOf(service: string, health: readonly DependencyHealth[], waitingFor: string | undefined): Readiness {
  const dependencies = health.map(({ since, ...rest }) => ({ ...rest, since: since.toISOString() }));
  const ready = waitingFor === undefined && dependencies.every(({ up }) => up);
  return { ready, service, dependencies, ...(waitingFor !== undefined && { waitingFor }) };
}

const observe = ({ metrics }: Platform, { dependencies }: Readiness): void => {
  for (const { name, up } of dependencies) metrics.dependencyUp.set({ dependency: name }, up ? 1 : 0);
};
