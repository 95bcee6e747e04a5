import { fork, spawnSync, type ChildProcess, type ForkOptions } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { ProblemError } from "@millrace/contracts";

/** Both from src/ and from dist/ these are the compiled programs: a process can't load TypeScript. */
const programs = {
  export: new URL("../../dist/prediction-log/export-process.js", import.meta.url),
  read: new URL("../../dist/prediction-log/read-process.js", import.meta.url),
};

const { PRIORITY_LOW, PRIORITY_BELOW_NORMAL } = constants.priority;
const priorities = { export: PRIORITY_LOW, read: PRIORITY_BELOW_NORMAL };
const LONGEST_MS = 600_000;

export interface LogProcess {
  readonly pid: number | undefined;
  /** Resolves when it ended well; rejects with what it wrote to its standard error otherwise. */
  readonly ended: Promise<void>;
  end(): void;
}

/** Starts a program with its job, and hands over what it says. */
export function startProcess<Said>(
  program: keyof typeof programs,
  job: object,
  heard: (said: Said) => void,
  priority = priorities[program],
): LogProcess {
  const child = fork(fileURLToPath(programs[program]), {
    ...(priority === PRIORITY_LOW ? whenIdle() : { execArgv: [] }),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  giveWay(child, priority);
  child.on("message", (said) => heard(said as Said));
  child.send(job, () => undefined);
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  const ended = endOf(child).finally(() => clearTimeout(timer));
  ended.catch(() => undefined);
  return { pid: child.pid, ended, end: () => void child.kill("SIGKILL") };
}

let idle: Pick<ForkOptions, "execPath" | "execArgv"> | undefined;

/**
 * Even at the lowest priority a process keeps the core for milliseconds once it has it, and whoever asks for a prediction
 * waits. Linux has a class for what runs only while nobody else wants to; where chrt is not there, the priority has to do.
 */
function whenIdle(): Pick<ForkOptions, "execPath" | "execArgv"> {
  const chrt = ["--idle", "0"];
  const works = () => spawnSync("chrt", [...chrt, "true"], { stdio: "ignore" }).status === 0;
  return (idle ??= works() ? { execPath: "chrt", execArgv: [...chrt, process.execPath] } : { execArgv: [] });
}

function giveWay({ pid }: ChildProcess, priority: number): void {
  try {
    setPriority(pid!, priority);
  } catch {
    // Not allowed here, or it has ended: then it runs like any other.
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  let told = "";
  child.stderr!.on("data", (chunk: Buffer) => (told = (told + chunk.toString()).slice(-2_000)));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code === 0) return;
  throw new ProblemError({
    code: "LOG_PROCESS_FAILED",
    message: `the process that moves the prediction log ended with ${signal ?? code}: ${told.trim().split("\n").at(-1)}`,
    remedy: "It is started again by itself; no row is lost meanwhile.",
  });
}
