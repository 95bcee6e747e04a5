// What is left of the maximum when ten times as many calls come as can be answered. The server runs on one core, the callers
// on another. There is a caller for every 25 calls a second that can be answered (1,000 at 25,000); each wants its share of
// ten times the maximum, asks again at once when it is behind, and gives up after a second, to connect anew.
// --seconds 60, --callers COUNT, --burn 20 (µs of work a call).
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { quantile } from "./measure.mjs";

const TIMES = 10;
const PATIENCE_MS = 1000;
const CALLS_EACH = 25;
const self = fileURLToPath(import.meta.url);

export async function run({ log, options = {} }) {
  const {
    seconds = 60,
    callers,
    burn = 20,
  } = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Number(value)]));
  const figures = [];
  for (const shedding of [true, false]) {
    figures.push(await measure({ shedding, seconds: shedding ? seconds : Math.min(seconds, 15), callers, burn }));
    log(JSON.stringify(figures.at(-1)));
  }
  return figures;
}

async function measure({ shedding, seconds, callers, burn }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const server = pinned(0, "server", { folder, burn, shedding });
  const { port, pid } = await answerOf(server);
  const load = pinned(1, "load", { port });
  const ask = async (question) => {
    const before = await cpuOf(server);
    load.send(question);
    const counts = await answerOf(load);
    return { ...counts, cpu: (await cpuOf(server)) - before };
  };
  await ask({ seconds: 3, callers: 64, rate: 1e9 });
  const most = await ask({ seconds: 5, callers: 64, rate: 1e9 });
  const watch = watchMemory(pid);
  const maximum = most.good / most.seconds;
  const crowd = callers ?? Math.max(64, Math.round(maximum / CALLS_EACH));
  const under = await ask({ seconds, callers: crowd, rate: TIMES * maximum });
  const memory = watch.stop();
  const after = await ask({ seconds: 3, callers: 64, rate: 1e9 });
  for (const child of [load, server]) child.kill();
  rmSync(folder, { recursive: true, force: true });
  return figure({ shedding, seconds, callers: crowd, most, under, after, memory });
}

/** Seconds of processor time: what other programs of the machine take is not in them. */
async function cpuOf(server) {
  server.send("cpu");
  return (await answerOf(server)).cpu;
}

function figure({ shedding, seconds, callers, most, under, after, memory }) {
  const [maximum, goodput] = [most.good / most.seconds, under.good / under.seconds];
  return {
    figure: `${TIMES} x overload for ${seconds} s, ${shedding ? "with" : "without"} shedding`,
    callers,
    maximum: Math.round(maximum),
    goodput: Math.round(goodput),
    ratio: goodput / maximum,
    target: ">= 0.9",
    "ratio, a CPU second": under.good / under.cpu / (most.good / most.cpu),
    "refused /s": Math.round(under.refused / under.seconds),
    "gave up": under.gaveUp,
    broken: under.broken,
    "p50 ms": under.p50,
    "p99 ms": under.p99,
    "refusal p99 ms": under.refusalP99,
    "health p99 ms": under.healthP99,
    afterwards: Math.round(after.good / after.seconds),
    "MB, first quarter": memory.early,
    "MB, last quarter": memory.late,
  };
}

function pinned(core, role, parts) {
  const pin = ["taskset", "-c", String(core), process.execPath];
  const child = fork(self, [role, JSON.stringify(parts)], { execPath: pin[0], execArgv: pin.slice(1) });
  process.once("exit", () => child.kill());
  return child;
}

const answerOf = (child) =>
  new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`a process of the bench ended with ${code}`)));
  });

function watchMemory(pid) {
  const sizes = [];
  const look = () => sizes.push((Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096) / 1e6);
  const timer = setInterval(look, 500);
  const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const stop = () => {
    clearInterval(timer);
    const quarter = Math.max(1, Math.floor(sizes.length / 4));
    return { early: mean(sizes.slice(1, 1 + quarter)), late: mean(sizes.slice(-quarter)) };
  };
  return { stop };
}

async function serve({ folder, burn, shedding }) {
  const { defineService, runServices } = await import("../libs/service/dist/index.js");
  const off = shedding ? {} : { HTTP_QUEUE_MS: "1000000000", HTTP_MAX_IN_FLIGHT: "1000000000" };
  const hot = defineService({
    name: "inference",
    http: true,
    start: () => ({ first: answerAfter(burn), async stop() {} }),
  });
  const environment = { MILLRACE_DATA_DIR: folder, INFERENCE_PORT: "0", LOG_LEVEL: "error", ...off };
  const { urls } = await runServices("bench", [hot], { environment });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  });
  process.send({ port: Number(new URL(urls.inference).port), pid: process.pid });
}

/** A stand-in for a prediction: reads the body, works for so many microseconds, answers. */
function answerAfter(microseconds) {
  const headers = ["content-type", "application/json", "content-length", "17"];
  return (request, response) => {
    if (request.url !== "/predict") return false;
    request.on("data", () => {});
    request.on("end", () => {
      const until = performance.now() + microseconds / 1000;
      while (performance.now() < until);
      response.writeHead(200, headers).end('{"prediction": 1}');
    });
    return true;
  };
}

/** The callers: each has a connection, knows when its next call is due, and never has more than one under way. */
async function callAt(port, { seconds, callers, rate }) {
  const totals = { good: 0, refused: 0, gaveUp: 0, broken: 0, times: [], refusals: [], health: [] };
  const state = { ended: false, between: (callers / rate) * 1000, totals, port };
  const all = Array.from({ length: callers }, (_, index) => openCaller(state, (state.between * index) / callers));
  const health = setInterval(() => askHealth(state), 100);
  const sweep = setInterval(() => all.forEach((caller) => caller.look(performance.now())), 1);
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  state.ended = true;
  clearInterval(health);
  clearInterval(sweep);
  all.forEach((caller) => caller.end());
  const { times, refusals, health: healthTimes, ...counts } = totals;
  return {
    ...counts,
    seconds: (performance.now() - start) / 1000,
    ...{ p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
    refusalP99: refusals.length > 0 ? quantile(refusals, 0.99) : undefined,
    healthP99: healthTimes.length > 0 ? quantile(healthTimes, 0.99) : undefined,
  };
}

const body = JSON.stringify({ features: Array.from({ length: 20 }, (_, index) => index / 7) });
const head = ["POST /predict HTTP/1.1", "host: localhost", "content-type: application/json"];
const call = Buffer.from([...head, `content-length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));

function openCaller(state, due) {
  const { totals } = state;
  let socket;
  let sentAt;
  let next = performance.now() + due;

  function connect() {
    sentAt = undefined;
    const own = net.connect({ port: state.port, host: "127.0.0.1", noDelay: true });
    own.on("data", answered);
    own.on("error", () => {});
    own.on("close", () => {
      if (own !== socket || state.ended) return;
      if (sentAt !== undefined) totals.broken += 1;
      connect();
    });
    socket = own;
  }

  function answered(bytes) {
    if (sentAt === undefined) return;
    const now = performance.now();
    const isGood = bytes[9] === 0x32;
    totals[isGood ? "good" : "refused"] += 1;
    const times = isGood ? totals.times : totals.refusals;
    if (times.length < 2_000_000) times.push(now - sentAt);
    sentAt = undefined;
    // What could not be asked while it waited is not asked later: nobody has more than one call under way.
    next = Math.max(now, next + state.between);
    if (next <= now) send(now);
  }

  function send(now) {
    if (state.ended || socket.connecting) return;
    sentAt = now;
    socket.write(call);
  }

  function look(now) {
    if (sentAt === undefined) return void (next <= now && send(now));
    if (now - sentAt < PATIENCE_MS) return;
    totals.gaveUp += 1;
    const left = socket;
    connect();
    left.destroy();
  }

  connect();
  return { look, end: () => socket.destroy() };
}

function askHealth({ port, totals }) {
  const began = performance.now();
  const socket = net.connect(port, "127.0.0.1", () =>
    socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"),
  );
  socket.once("data", () => totals.health.push(performance.now() - began));
  socket.on("error", () => {});
}

if (process.argv[1] === self) {
  const [, , role, parts] = process.argv;
  if (role === "server") await serve(JSON.parse(parts));
  else if (role === "load")
    process.on("message", async (ask) => process.send(await callAt(JSON.parse(parts).port, ask)));
  else console.table(await run({ log: console.log }));
}
