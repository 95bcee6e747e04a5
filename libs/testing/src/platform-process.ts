import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

export const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url));

export interface PlatformProcess {
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  /** Everything it has written so far. */
  output(): string;
  /** Resolves with the signal or status it ended by. */
  readonly ended: Promise<string>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts an app as a process of its own, from what was built of it, and waits until its log says that it started. Ports
 * are free ones; nothing of the caller's environment but PATH goes in.
 */
export async function startApp(app: string, environment: Record<string, string>): Promise<PlatformProcess> {
  const child = spawn(process.execPath, [join(repositoryRoot, `apps/${app}/dist/main.js`)], {
    cwd: repositoryRoot,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...freePorts, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (written += chunk.toString()));
  const ended = endOf(child);
  const urls = await until(`${app} to start`, () => startedUrls(written) ?? hasEnded(child, () => written), {
    within: 30_000,
    every: 10,
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    ...{ pid: child.pid!, ended, urls: typeof urls === "string" ? {} : urls, output: () => written },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

const freePorts = { GATEWAY_PORT: "0", INFERENCE_PORT: "0", LOG_LEVEL: "info" };

async function endOf(child: ChildProcess): Promise<string> {
  const [status, signal] = (await once(child, "close")) as [number | null, string | null];
  return signal ?? String(status);
}

function startedUrls(log: string): Record<string, string> | undefined {
  const line = log.split("\n").find((text) => text.includes('"message":"started"'));
  return line === undefined ? undefined : (JSON.parse(line) as { urls: Record<string, string> }).urls;
}

/** A process that ended before it started is given back too: a test may have killed it on purpose. */
const hasEnded = (child: ChildProcess, written: () => string): string | undefined =>
  child.exitCode !== null || child.signalCode !== null ? `ended:${written()}` : undefined;
