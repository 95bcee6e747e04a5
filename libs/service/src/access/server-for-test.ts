import type { Server } from "node:http";
import net from "node:net";
import type { Express } from "express";
import { platformSettings, readSettings } from "../configuration.js";
import { answerProblems, unknownRoute } from "../http-problem.js";
import { closeServer, createApp, listen } from "../http-server.js";
import { openLog, type Log } from "../log.js";
import { openMetrics } from "../metrics.js";
import { openGuard, type First, type Guard } from "./guard.js";
import { expectJson, readJson } from "./json-body.js";
import { securityHeaders } from "./security-headers.js";

export interface ServerForTest {
  url: string;
  port: number;
  app: Express;
  server: Server;
  metrics: ReturnType<typeof openMetrics>;
  stop(): Promise<void>;
}

interface Parts {
  environment?: Record<string, string>;
  routes?: (app: Express, guard: Guard) => void;
  first?: First;
  log?: Log;
  clock?: () => Date;
}

const silent = openLog({ LOG_LEVEL: "error" }, {});

/** A guarded server on a free port, as runServices puts it together, with nothing behind it but these routes. */
export async function startServer({ environment = {}, routes, first, log = silent, clock }: Parts = {}) {
  const metrics = openMetrics();
  const settings = readSettings(platformSettings, environment);
  const guard = await openGuard({ settings, environment, log, metrics, clock: clock ?? (() => new Date()) });
  const app = createApp();
  app.use(securityHeaders(guard.secure));
  for (const path of ["/health", "/ready", "/metrics"]) app.get(path, (_request, response) => void response.json({}));
  app.use(readJson(), expectJson);
  routes?.(app, guard);
  app.use(unknownRoute, answerProblems(log));
  const server = await guard.serverFor(app, first ?? (() => false));
  const url = await listen(server, 0, "127.0.0.1");
  const stop = async () => {
    guard.stop();
    await closeServer(server);
  };
  return { url, port: Number(new URL(url).port), app, server, metrics, stop } satisfies ServerForTest;
}

/** What a connection answers to these bytes, until it is closed or says as much as is waited for. */
export function rawExchange(port: number, text: string, enough?: RegExp, within = 15_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(port, "127.0.0.1", () => void socket.write(text));
    const timer = setTimeout(() => socket.destroy(new Error(`no end of the answer: ${answer}`)), within);
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
      if (enough?.test(answer)) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
