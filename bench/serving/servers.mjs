// Starts the servers that are compared, each on core 0; what asks them runs on core 1.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const canPin = spawnSync("taskset", ["-c", "0", "true"]).status === 0;
const pinned = (core, command, args) =>
  canPin ? ["taskset", ["-c", String(core), command, ...args]] : [command, args];

/** A bench that breaks off leaves no server behind. */
const running = new Set();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export async function startServer(command, args, { env = {}, ready, core = 0, cwd } = {}) {
  const [program, all] = pinned(core, command, args);
  const began = performance.now();
  const child = spawn(program, all, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], cwd });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const port = await ready(() => {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} ended:\n${output}`);
    return output;
  });
  const stop = async () => {
    const ended = once(child, "exit");
    if (child.exitCode === null && child.kill("SIGTERM")) await ended;
  };
  return { port, stop, pid: child.pid, readyMs: performance.now() - began, rss: () => rssOf(child.pid) };
}

/** Of all that it was started through this is the process itself: taskset becomes what it starts. */
function rssOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

export const startBare = (bytes) =>
  startServer(process.execPath, [here("bare.mjs"), String(bytes)], { ready: (output) => poll(() => portIn(output())) });

const portIn = (text) => /"port":(\d+)/.exec(text)?.[1];

/** Everything on, as it is by default: validation, ids, metrics, the prediction log. */
export const startInference = (dir, environment = {}) =>
  startServer(process.execPath, [here("../../apps/inference/dist/main.js")], {
    env: { MILLRACE_DATA_DIR: dir, INFERENCE_PORT: "0", LOG_LEVEL: "info", ...environment },
    ready: async (output) => {
      const port = await poll(() => /"inference":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(output())?.[1], 2);
      await poll(() => answers(`http://127.0.0.1:${port}/models/bench`), 2);
      return Number(port);
    },
  });

export async function startPython(python, args, { path, env, cwd }) {
  if (!existsSync(python)) return undefined;
  const port = await freePort();
  return startServer(python, args(port), {
    ...{ env: { ...env, OMP_NUM_THREADS: "1" }, cwd },
    ready: async (output) => {
      await poll(() => output() !== undefined && answers(`http://127.0.0.1:${port}${path}`), 100);
      return port;
    },
  });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

const answers = (url) =>
  fetch(url).then(
    ({ status }) => status < 500,
    () => false,
  );

async function poll(check, everyMs = 20) {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() > deadline) throw new Error("a server did not become ready within two minutes");
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Load from the other core, in a process of its own. */
export function loadFrom(task) {
  const [program, args] = pinned(1, process.execPath, [here("load.mjs")]);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.once("exit", (status) =>
      status === 0 ? resolve(JSON.parse(text)) : reject(new Error("the load broke off")),
    );
    child.stdin.end(JSON.stringify(task));
  });
}
