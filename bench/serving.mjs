// The inference service over HTTP: our server on core 0, the load on core 1, interleaved with bare node:http and with Python
// servers of the same trees. --rounds and --seconds make it longer; MILLRACE_MLSERVER names a Python that has mlserver-lightgbm.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./measure.mjs";
import { deploy, makeModels } from "./serving/model.mjs";
import { loadFrom, startBare, startInference, startPython } from "./serving/servers.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const peers = process.env.MILLRACE_PEERS_PYTHON ?? here("peers/.venv/bin/python");
const CONNECTIONS = 50;

export async function run({ log, options = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const settings = { rounds: Number(options.rounds ?? 5), seconds: Number(options.seconds ?? 3), log };
  const models = await makeModels(folder);
  const figures = [];
  for (const measured of [one, batch, ordinary, start])
    figures.push(...(await measured({ folder, models, ...settings })));
  rmSync(folder, { recursive: true });
  return figures;
}

const bodiesOf = ({ rows }) => rows.slice(0, 500).map((features) => JSON.stringify({ features }));

/** POST /predict of one row, and how it answers at half of what it can do. */
async function one({ folder, models, ...settings }) {
  await deploy(models.small, join(folder, "one"));
  const bodies = bodiesOf(models);
  const ours = await startInference(join(folder, "one"));
  const bytes = (await answerOf(ours, "/predict", bodies[0])).length;
  const servers = {
    ours: { server: ours, path: "/predict", bodies },
    bare: { server: await startBare(bytes), path: "/predict", bodies },
    fastapi: await fastApi(models, "/predict", bodies),
    mlserver: await mlServer(folder, models),
  };
  const rates = await interleaved(servers, settings);
  const rate = rates.ours / 2;
  const half = await loadFrom({
    port: ours.port,
    path: "/predict",
    bodies,
    rate,
    seconds: 2 * settings.seconds,
    warmUp: 1,
  });
  const rss = ours.rss();
  await stopAll(servers);
  return [
    ratio("POST /predict, GBDT 100 x 31, 20 features, peer bare node:http", rates.ours, rates.bare, ">= 0.9"),
    ratio("the same, peer FastAPI + uvicorn + LightGBM", rates.ours, rates.fastapi, ">= 10"),
    ratio("the same, peer MLServer", rates.ours, rates.mlserver, ">= 30"),
    { figure: "p50 at half of the maximum rate", ours: half.p50, unit: "ms" },
    {
      figure: "p99 at half of the maximum rate",
      ours: half.p99,
      unit: "ms",
      ratio: half.p99 / half.p50,
      target: "<= 3, < 5 ms",
    },
    { figure: "memory after that load", ours: rss, unit: "MB", target: "<= 120" },
  ];
}

async function answerOf({ port }, path, body) {
  const headers = { "content-type": "application/json" };
  return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body })).text();
}

async function fastApi({ boosterFile }, path, bodies) {
  const args = (port) => [here("peers/serving_fastapi.py"), String(port)];
  const server = await startPython(peers, args, { path: "/docs", env: { MODEL: boosterFile } });
  return { server, path, bodies };
}

async function mlServer(folder, { boosterFile, rows }) {
  const cwd = join(folder, "mlserver");
  mkdirSync(cwd);
  const parameters = { uri: boosterFile, version: "v1" };
  const about = { name: "bench", implementation: "mlserver_lightgbm.LightGBMModel", parameters };
  writeFileSync(join(cwd, "model-settings.json"), JSON.stringify(about));
  const python = process.env.MILLRACE_MLSERVER ?? here("peers/.venv-mlserver/bin/python");
  const args = () => ["-c", "from mlserver.cli import main; main()", "start", cwd];
  const ports = { MLSERVER_HTTP_PORT: "0" };
  const bodies = rows.slice(0, 500).map((row) => {
    return JSON.stringify({ inputs: [{ name: "x", shape: [1, row.length], datatype: "FP64", data: row }] });
  });
  const server = await startPython(
    python,
    (port) => {
      const [http, grpc, metrics] = [port, port + 1, port + 2];
      writeFileSync(
        join(cwd, "settings.json"),
        JSON.stringify({
          host: "127.0.0.1",
          http_port: http,
          grpc_port: grpc,
          metrics_port: metrics,
          parallel_workers: 0,
          debug: false,
        }),
      );
      return args();
    },
    { path: "/v2/models/bench/ready", env: ports, cwd },
  );
  return { server, path: "/v2/models/bench/infer", bodies };
}

/** 1,000 rows in one JSON body. */
async function batch({ folder, models, ...settings }) {
  const ours = await startInference(join(folder, "one"));
  const bodies = [JSON.stringify({ instances: models.rows.slice(0, 1000) })];
  const servers = {
    ours: { server: ours, path: "/predict", bodies, connections: 4 },
    fastapi: { ...(await fastApi(models, "/predict/many", bodies)), connections: 4 },
  };
  const rates = await interleaved(servers, settings);
  await stopAll(servers);
  return [
    ratio(
      "1,000 rows in one JSON body, peer FastAPI + LightGBM",
      rates.ours * 1000,
      rates.fastapi * 1000,
      ">= 200k or >= 20",
      "rows/s",
    ),
  ];
}

/** A route of the Express app beside the same bytes from bare node:http. */
async function ordinary({ folder, ...settings }) {
  const ours = await startInference(join(folder, "one"));
  const path = "/models/bench";
  const bytes = (await (await fetch(`http://127.0.0.1:${ours.port}${path}`)).text()).length;
  const asked = { path, method: "GET", bodies: [""] };
  const servers = { ours: { server: ours, ...asked }, bare: { server: await startBare(bytes), ...asked } };
  const rates = await interleaved(servers, settings);
  await stopAll(servers);
  return [ratio("an ordinary JSON route through Express, peer bare node:http", rates.ours, rates.bare, ">= 0.6")];
}

async function start({ folder, models, rounds, log }) {
  const dir = join(folder, "large");
  await deploy(models.large, dir);
  const [times, memory] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const server = await startInference(dir);
    times.push(server.readyMs / 1000);
    memory.push(server.rss());
    await server.stop();
  }
  const size = (models.large.length / 1e6).toFixed(0);
  log(`start to ready: ${times.map((time) => time.toFixed(2)).join(", ")} s`);
  return [
    { figure: `start to ready with a model of ${size} MB`, ours: median(times), unit: "s", target: "<= 0.5" },
    { figure: `memory with a model of ${size} MB`, ours: median(memory), unit: "MB", target: "<= 120" },
  ];
}

/** One after the other, so that what disturbs the machine disturbs all of them; the first round warms up. */
async function interleaved(servers, { rounds, seconds, log }) {
  const rates = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { server, ...task }] of Object.entries(servers)) {
      if (server === undefined) continue;
      const warmUp = round === 0 ? 3 : 0.3;
      const { perSecond, done, failed } = await loadFrom({
        connections: CONNECTIONS,
        ...task,
        port: server.port,
        seconds,
        warmUp,
      });
      if (failed > 0.01 * done) log(`${name} refused ${failed} of ${done} requests`);
      if (round > 0) rates[name].push(perSecond);
    }
    log(
      `round ${round}: ${Object.entries(rates)
        .map(([name, all]) => `${name} ${all.at(-1)?.toFixed(0) ?? "–"}`)
        .join(", ")}`,
    );
  }
  return Object.fromEntries(
    Object.entries(rates).map(([name, all]) => [name, all.length > 0 ? median(all) : undefined]),
  );
}

const ratio = (figure, ours, theirs, target, unit = "requests/s") => ({
  ...{ figure, ours, unit, peer: theirs, ratio: theirs && ours / theirs, target },
});

const stopAll = (servers) => Promise.all(Object.values(servers).map(({ server }) => server?.stop()));
