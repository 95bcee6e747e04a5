import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { build } from "esbuild";

const here = join(__dirname, "..");
let bundled: Promise<string> | undefined;

/** The script and the sources it imports as one module; what comes from npm stays outside. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(here, "src", "conformance-child.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@millrace/source"],
    external: ["lmdb", "mongodb", "@aws-sdk/*", "yaml", "zod"],
  });
  return outputFiles[0]!.text;
}

export interface ConformanceChild {
  process: ChildProcess;
  lines: unknown[];
  /** The next line it says. */
  next(): Promise<unknown>;
  ended: Promise<number | null>;
}

/** Starts a job of conformance-child.ts; Node reads the module from stdin, so it resolves packages as this folder does. */
export async function spawnChild(job: string, config: object, amount: number): Promise<ConformanceChild> {
  const code = await (bundled ??= bundle());
  const args = ["--input-type=module", "-", job, JSON.stringify(config), String(amount)];
  const child = spawn(process.execPath, args, { cwd: here, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin!.on("error", () => undefined);
  child.stdin!.end(code);
  const reader = createInterface({ input: child.stdout! });
  const lines: unknown[] = [];
  reader.on("line", (line) => lines.push(JSON.parse(line)));
  const closed = once(reader, "close");
  const ended = once(child, "exit").then(async ([code]) => (await closed, code as number | null));
  return { process: child, lines, ended, next: async () => JSON.parse(((await once(reader, "line")) as [string])[0]) };
}

/** Runs a job in so many processes at the same time; what each said last. */
export async function race(processes: number, job: string, config: object, amount: number): Promise<unknown[]> {
  const children = await Promise.all(Array.from({ length: processes }, () => spawnChild(job, config, amount)));
  const codes = await Promise.all(children.map(({ ended }) => ended));
  if (codes.some((code) => code !== 0)) throw new Error(`${job}: the processes ended with ${codes.join(", ")}`);
  return children.map(({ lines }) => lines.at(-1));
}
