import type { Express } from "express";
import { problemOf, queueName, Retry, sentenceOf } from "@millrace/contracts";
import { openGuard, type First, type Door, type Guard } from "./access/guard.js";
import { expectJson, readJson } from "./access/json-body.js";
import { securityHeaders } from "./access/security-headers.js";
import { platformSettings, readPort, readSettings, refuseOpenAddress, type Environment } from "./configuration.js";
import { tellFailures } from "./failures.js";
import { healthRoutes } from "./health-routes.js";
import { answerProblems, unknownRoute } from "./http-problem.js";
import { closeServer, createApp, listen, observeRequests } from "./http-server.js";
import { openLog } from "./log.js";
import { openPlatform, type Clock, type Platform } from "./platform.js";
import type { Running, ServiceDefinition } from "./service.js";
import { openStepRunner, type StepSignals } from "./step-protocol.js";

export interface RunOptions {
  environment?: Environment;
  clock?: Clock;
}

export interface RunningServices {
  readonly platform: Platform;
  /** Where each service with an HTTP server listens. */
  readonly urls: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Runs several services in this process, on one platform. Those with an HTTP API get a port each. */
export async function runServices(
  name: string,
  services: readonly ServiceDefinition[],
  { environment = process.env, clock }: RunOptions = {},
): Promise<RunningServices> {
  const settings = readSettings(platformSettings, environment);
  refuseOpenAddress(settings);
  const log = openLog(settings, { service: name });
  const platform = await openPlatform({ name, environment, settings, log, clock });
  const stopping = new AbortController();
  const ended = new AbortController();
  const signals = { stopping: stopping.signal, ended: ended.signal };
  const alone = services.length === 1;
  const stops: (() => Promise<void>)[] = [];
  const urls: Record<string, string> = {};
  let stopGuard = () => {};
  const stop = async () => {
    stopping.abort(isStopping(platform.instance));
    // Before the last moment, so that work which has to be given up can still be handed back.
    const lastCall = setTimeout(() => ended.abort(isStopping(platform.instance)), settings.DRAIN_SECONDS * 800);
    await platform.drain();
    clearTimeout(lastCall);
    stopGuard();
    await Promise.all(stops.splice(0).map((each) => each()));
    await platform.close();
  };
  try {
    const guard = await openGuard(platform);
    stopGuard = guard.stop;
    for (const service of services) {
      const started = await startService(service, platform, signals, guard);
      stops.push(started.stop);
      if (!alone && !service.http) continue;
      const server = await guard.serverFor(started.app, started.first, started.door);
      urls[service.name] = await listen(server, readPort(service.name, environment), settings.HOST);
      stops.push(() => closeServer(server));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  log.info("started", { services: services.map((each) => each.name), urls });
  return { platform, urls, stop };
}

async function startService(
  service: ServiceDefinition,
  shared: Platform,
  signals: StepSignals,
  guard: Guard,
): Promise<{ app: Express; first: First; door: Door; stop(): Promise<void> }> {
  const platform = { ...shared, log: shared.log.with({ service: service.name }) };
  let running: Running | undefined;
  const app = createApp();
  app.use(observeRequests(service.name, platform.metrics));
  app.use(securityHeaders(guard.secure));
  healthRoutes(service.name, platform, app, () => running);
  app.use(readJson(), expectJson);
  running = await service.start?.(platform, app, guard.access);
  app.use(unknownRoute);
  app.use(answerProblems(platform.log));
  await consumeSteps(service, platform, signals);
  const first: First = (request, response) => running?.first?.(request, response) ?? false;
  return { app, first, door: running ?? {}, stop: async () => running?.stop() };
}

async function consumeSteps({ name, steps = [] }: ServiceDefinition, platform: Platform, signals: StepSignals) {
  tellFailures(name, steps, platform);
  for (const step of steps) {
    const runner = openStepRunner(name, step, platform, signals);
    const prefetch = step.long ? 1 : platform.settings.MESSAGE_PREFETCH;
    await platform.bus.consume(queueName(name, step.on.type), (delivery) => runner.handle(delivery), { prefetch });
  }
}

/** Work that was not begun goes back to its queue, and the attempt is not counted. */
const isStopping = (instance: string) =>
  new Retry({ code: "SERVICE_STOPPING", message: "the service is stopping." }, { dependency: instance });

/** Runs one service as a process: until SIGTERM or SIGINT, then work in hand is finished. */
export async function runService(service: ServiceDefinition): Promise<void> {
  await runUntilStopped(() => runServices(service.name, [service]));
}

/** Starts, stays until a signal, stops; a start that fails says why in a sentence and ends with status 1. */
export async function runUntilStopped(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
  try {
    const running = await start();
    await signalled;
    await running.stop();
    process.exit(0);
  } catch (error) {
    const problem = problemOf(error);
    const stack = problem.code === "UNEXPECTED" && error instanceof Error ? `\n${error.stack}` : "";
    process.stderr.write(`${problem.code}: ${sentenceOf(problem)}${stack}\n`);
    process.exit(1);
  }
}
