import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Express } from "express";
import { serverFor } from "../http-server.js";
import { Counter, Gauge } from "../metrics.js";
import type { Platform } from "../platform.js";
import type { Running } from "../service.js";
import type { HttpProblem } from "../http-problem.js";
import { openAccess, originsOf } from "./access.js";
import type { Access } from "./admission.js";
import { openCors } from "./cors.js";
import { openFront, type Front } from "./front.js";
import { openRefuser } from "./refuse.js";
import { limitOptions, limitServer } from "./server-limits.js";
import { followTls, readTls } from "./tls.js";

export type First = (request: IncomingMessage, response: ServerResponse) => boolean;
/** What a service does at its door. */
export type Door = Pick<Running, "turnedAway" | "signIn" | "direct">;

/** What stands before the services of a process: one line, one set of keys and one count of calls for all of them. */
export interface Guard {
  readonly access: Access;
  readonly secure: boolean;
  /** A server whose requests pass the guard, then `first`, then the app. */
  serverFor(app: Express, first: First, door?: Door): Promise<Server>;
  stop(): void;
}

type GuardParts = Pick<Platform, "settings" | "environment" | "log" | "clock" | "metrics">;

export async function openGuard({ settings, environment, log, clock, metrics }: GuardParts): Promise<Guard> {
  const { MILLRACE_DEFAULT_MODEL } = environment;
  const tls = await readTls(settings);
  const access = await openAccess({ settings: { ...settings, MILLRACE_DEFAULT_MODEL }, log, clock });
  const fronts: Front[] = [];
  const refuser = openRefuser();
  const cors = openCors(originsOf(settings));
  const count = observe(metrics, () => fronts.reduce((sum, front) => sum + front.inFlight(), 0));
  const secure = tls !== undefined;
  const stops = [access.stop, refuser.stop];
  return {
    access,
    secure,
    async serverFor(app, first, door = {}) {
      const { HTTP_QUEUE_MS: queueMs, HTTP_MAX_IN_FLIGHT: maxInFlight } = settings;
      const refused = (problem: HttpProblem, request: IncomingMessage) => {
        count(problem.code);
        door.turnedAway?.(request, problem);
      };
      const { signIn, direct } = door;
      const front = openFront({
        ...{ access, refuser, queueMs, maxInFlight, cors, log, secure, first, app, refused, signIn },
      });
      fronts.push(front);
      const server = serverFor(app, { listener: front.listener, tls, direct, options: limitOptions(settings) });
      limitServer(server, settings);
      if (tls !== undefined) stops.push((await followTls(server as SecureServer, settings, log)).stop);
      return server;
    },
    stop: () => stops.splice(0).forEach((each) => each()),
  };
}

function observe({ registry }: Platform["metrics"], inFlight: () => number): (code: string) => void {
  const registers = [registry];
  const help = "Requests that were refused before any route saw them, by the problem's code";
  const refused = new Counter({ name: "millrace_http_refused_total", help, labelNames: ["code"], registers });
  new Gauge({
    ...{ name: "millrace_http_in_flight", help: "Requests that wait for their answer", registers },
    collect() {
      this.set(inFlight());
    },
  });
  return (code) => refused.inc({ code });
}
