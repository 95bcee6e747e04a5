// The whole flow, from the arrival of data to the new version being served, on the embedded drivers in one process.
import { spawn } from "node:child_process";
import { once as onceHeard } from "node:events";
import { mkdtempSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";

const root = new URL("..", import.meta.url).pathname;

/** The same rows in another order are other data: a new version each time, and nothing is taken over from the run before. */
function shuffled(file, round) {
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  const cut = (round * 37) % rows.length;
  return [head, ...rows.slice(cut), ...rows.slice(0, cut)].join("\n");
}

async function once(urls, pipeline, source) {
  const began = performance.now();
  const response = await fetch(`${urls.gateway}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ pipeline, source }),
  });
  const { run } = await response.json();
  const status = await endOf(`${urls.gateway}/runs/${run}/events`);
  const { version } = await served(urls, pipeline, run);
  return { ms: performance.now() - began, version, status };
}

/** Follows the run live, as `millrace arrive` does, until it has ended. */
async function endOf(url) {
  let text = "";
  for await (const chunk of (await fetch(url, { signal: AbortSignal.timeout(60_000) })).body) {
    text += Buffer.from(chunk).toString();
    const end = /event: end\ndata: (.*)\n/.exec(text);
    if (end !== null) return JSON.parse(end[1]).status;
  }
  throw new Error(`${url} closed before the run ended`);
}

async function served(urls, pipeline, run) {
  const { deployment } = await (await fetch(`${urls.gateway}/models/${pipeline}`)).json();
  if (deployment.run !== run) return { version: undefined };
  for (;;) {
    const answer = await fetch(`${urls.inference}/models/${pipeline}`);
    if (answer.ok) {
      const model = await answer.json();
      if (model.generation >= deployment.generation) return model;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const always = "accept: { better_by: { accuracy: -1 } }";

/** The pipelines, as they are but for one thing: every version is accepted, so that each round ends with one being served. */
function acceptingPipelines(folder) {
  cpSync(join(root, "pipelines"), join(folder, "pipelines"), { recursive: true });
  for (const name of ["iris", "churn"]) {
    const file = join(folder, "pipelines", name, "pipeline.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/^accept:.*$/m, always));
  }
}

const flows = [
  { pipeline: "iris", csv: "iris.csv", rounds: 15, target: "<= 0.5 s" },
  { pipeline: "churn", csv: "churn.csv", rounds: 7, script: "churn.py", target: "<= 0.25" },
];

/** The first rounds warm everything up. */
const WARM_UP = 2;

async function measured({ pipeline, csv, rounds, script, target }, { urls, folder, log }) {
  const python = script === undefined ? undefined : await peer(script);
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const source = join(folder, `${pipeline}-${round}.csv`);
    writeFileSync(source, shuffled(join(folder, "pipelines", pipeline, csv), round));
    const { ms, version, status } = await once(urls, pipeline, source);
    if (status !== "promoted") throw new Error(`${pipeline} round ${round} ended ${status}: nothing new was served`);
    const answer = await python?.ask({ do: "train", file: source });
    log(
      `${pipeline} round ${round}: ${ms.toFixed(0)} ms, version ${version}${answer ? `, the script ${answer.seconds.toFixed(2)} s` : ""}`,
    );
    if (round < WARM_UP) continue;
    ours.push(ms / 1000);
    if (answer) theirs.push(answer.seconds);
  }
  python?.stop();
  const other =
    theirs.length > 0 ? { peer: median(theirs), ratio: median(ours) / median(theirs) } : { peer: null, ratio: null };
  const name = `${pipeline}: arrival to served version, p50${script ? ", against a script that only trains" : ""}`;
  return { figure: name, unit: "s", ours: median(ours), ...other, target };
}

const environmentIn = (folder, dataFolder) => ({
  MILLRACE_DATA_DIR: dataFolder,
  MILLRACE_PIPELINES_DIR: join(folder, "pipelines"),
  ...{ LOG_LEVEL: "error", GATEWAY_PORT: "0", INFERENCE_PORT: "0" },
});

const startIn = async (folder, dataFolder) => {
  const { startStandalone } = await import("@millrace/standalone");
  return startStandalone({ environment: environmentIn(folder, dataFolder), example: false, say: () => undefined });
};

/** From the start of a process to its end: a platform that has never run, one arrival, a served model; and the script, imports and all. */
async function cold({ folder, log }) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < 3; round++) {
    const source = join(folder, `cold-${round}.csv`);
    writeFileSync(source, shuffled(join(folder, "pipelines/churn/churn.csv"), 100 + round));
    const began = performance.now();
    await coldRun(folder, source);
    ours.push((performance.now() - began) / 1000);
    const begun = performance.now();
    const python = await peer("churn.py");
    await python.ask({ do: "train", file: source });
    await python.end();
    theirs.push((performance.now() - begun) / 1000);
    log(`churn cold, round ${round}: ${ours.at(-1).toFixed(2)} s, the script ${theirs.at(-1).toFixed(2)} s`);
  }
  const [own, other] = [median(ours), median(theirs)];
  return {
    figure: "churn: a process from start to end, against the script's",
    unit: "s",
    ours: own,
    peer: other,
    ratio: own / other,
    target: "<= 0.5",
  };
}

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  acceptingPipelines(folder);
  const { urls, stop } = await startIn(folder, join(folder, "data"));
  const figures = [];
  for (const flow of flows) figures.push(await measured(flow, { urls, folder, log }));
  await stop();
  figures.push(await cold({ folder, log }));
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

/** What `npm start` starts. It is ended at once when the model serves, for that is what is asked. */
async function coldRun(folder, source) {
  const environment = environmentIn(folder, mkdtempSync(join(folder, "cold-")));
  const child = spawn(process.execPath, [join(root, "apps/standalone/dist/main.js"), "--no-example"], {
    env: { ...process.env, ...environment, LOG_LEVEL: "info" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = onceHeard(child, "exit");
  try {
    const { status } = await once(await startedUrls(child), "churn", source);
    if (status !== "promoted") throw new Error("the cold platform served nothing");
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Goes on reading its log, or the platform would wait for a reader. */
async function startedUrls(child) {
  let text = "";
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`the platform ended:\n${text}`)));
    child.stderr.on("data", (chunk) => {
      text += chunk;
      const line = text.split("\n").find((one) => one.includes('"message":"started"'));
      if (line?.endsWith("}")) resolve(JSON.parse(line).urls);
    });
  });
}
