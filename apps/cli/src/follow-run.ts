import { setTimeout as pause } from "node:timers/promises";
import type { Api, RunView } from "./api.js";
import { CommandProblem, exitCodes } from "./exit-code.js";
import { serverSentEvents } from "./server-sent-events.js";

export interface Watcher {
  shows(run: RunView): void;
  progressed(progress: {
    step: string;
    state: string;
    message: string;
    done?: number;
    total?: number;
    at?: string;
  }): void;
}

export interface FollowOptions {
  timeoutSeconds: number;
  watcher: Watcher;
  /** How long the gateway may be away before we give up. */
  patienceMs?: number;
}

const PATIENCE_MS = 30_000;
const RECONNECT_MS = 500;

/** Follows a run live until it has ended; a gateway that goes away for a while is waited for. */
export async function followRun(api: Api, run: string, options: FollowOptions): Promise<RunView> {
  const { timeoutSeconds, watcher, patienceMs = PATIENCE_MS } = options;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  let lastHeard = Date.now();
  for (;;) {
    try {
      const ended = await watchOnce(api, run, watcher, timeout, () => (lastHeard = Date.now()));
      if (ended !== undefined) return ended;
    } catch (error) {
      if (timeout.aborted) throw timedOut(run, timeoutSeconds);
      if (isRefusal(error) || Date.now() - lastHeard > patienceMs) throw error;
    }
    await pause(RECONNECT_MS, undefined, { signal: timeout }).catch(() => undefined);
  }
}

async function watchOnce(api: Api, run: string, watcher: Watcher, signal: AbortSignal, heard: () => void) {
  let last: RunView | undefined;
  for await (const { event, data } of serverSentEvents(await api.runEvents(run, signal))) {
    heard();
    if (event === "run") watcher.shows((last = data as RunView));
    if (event === "progress") watcher.progressed(data as Parameters<Watcher["progressed"]>[0]);
    if (event === "end") return last;
  }
  return undefined;
}

const isRefusal = (error: unknown): boolean => error instanceof CommandProblem && error.exit !== exitCodes.unreachable;

const timedOut = (run: string, seconds: number): CommandProblem =>
  new CommandProblem(exitCodes.timedOut, {
    code: "RUN_STILL_RUNNING",
    where: run,
    message: `it has not ended within ${seconds} s; it goes on.`,
    remedy: `\`millrace run ${run}\` shows how it stands.`,
  });
