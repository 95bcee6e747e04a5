// The whole flow, from the arrival of data to the new version being served, on the embedded drivers in one process.
import { mkdtempSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.mjs";

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

export async function run({ log }) {
  const { startStandalone } = await import("@millrace/standalone");
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  cpSync(join(root, "pipelines"), join(folder, "pipelines"), { recursive: true });
  for (const name of ["iris", "churn"]) {
    const file = join(folder, "pipelines", name, "pipeline.yaml");
    const always = "accept: { better_by: { accuracy: -1 } }";
    writeFileSync(file, readFileSync(file, "utf8").replace(/^accept:.*$/m, always));
  }
  const environment = {
    MILLRACE_DATA_DIR: join(folder, "data"),
    MILLRACE_PIPELINES_DIR: join(folder, "pipelines"),
    ...{ LOG_LEVEL: "error", GATEWAY_PORT: "0", INFERENCE_PORT: "0" },
  };
  const { urls, stop } = await startStandalone({ environment, example: false, say: () => undefined });
  const figures = [];
  for (const [pipeline, csv, rounds, target] of [
    ["iris", "iris.csv", 15, 0.5],
    ["churn", "churn.csv", 7, 2],
  ]) {
    const seconds = [];
    for (let round = 0; round < rounds + 2; round++) {
      const source = join(folder, `${pipeline}-${round}.csv`);
      writeFileSync(source, shuffled(join(folder, "pipelines", pipeline, csv), round));
      const { ms, version, status } = await once(urls, pipeline, source);
      if (status !== "promoted") throw new Error(`${pipeline} round ${round} ended ${status}: nothing new was served`);
      log(`${pipeline} round ${round}: ${ms.toFixed(0)} ms, version ${version}`);
      if (round >= 2) seconds.push(ms / 1000);
    }
    const ours = median(seconds);
    figures.push({
      figure: `${pipeline}: arrival to served version, p50`,
      unit: "s",
      ours,
      peer: null,
      ratio: null,
      target: `≤ ${target}`,
    });
  }
  await stop();
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
