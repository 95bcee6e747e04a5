// Swaps under full load: versions come one after the other, every fourth package corrupt, while requests go on at the
// greatest rate. No request may fail, and each answer has to be the one of the version that it names.
import { fork } from "node:child_process";
import { rm } from "node:fs/promises";
import http from "node:http";
import { quantile } from "./measure.mjs";

const CONNECTIONS = 32;

export async function run({ log, options }) {
  const swaps = Number(options.swaps ?? 200);
  const server = fork(new URL("serving/swap-server.mjs", import.meta.url), {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ask = asker(server);
  try {
    const { url, folder } = await ask({ do: "start" });
    await ask({ do: "deploy", version: 1 });
    const load = openLoad(url);
    const seconds = [];
    let refused = 0;
    for (let version = 2; version <= swaps + 1; version += 1) {
      const corrupt = version % 4 === 0;
      const answer = await ask({ do: "deploy", version, corrupt });
      if (corrupt) refused += answer.refused ? 1 : 0;
      else seconds.push(answer.seconds);
      if (version % 50 === 0) log(`${version} versions came, ${load.counted().requests} requests were answered`);
    }
    const { requests, failed, mixed, milliseconds, versions, error } = await load.stop();
    const { worstGap, megabytes, megabytesBefore } = await ask({ do: "stop" });
    await rm(folder, { recursive: true, force: true });
    if (error !== undefined) log(`the first failure: ${error}`);
    return [
      { figure: `failed requests during ${swaps} swaps`, ours: failed, target: "0" },
      { figure: "answers that are not their version's", ours: mixed, target: "0" },
      { figure: "requests", ours: requests },
      { figure: "versions that answered", ours: versions },
      { figure: "corrupt packages refused", ours: refused, target: `${Math.floor((swaps + 1) / 4)}` },
      { figure: "swap, record to served, median", ours: quantile(seconds, 0.5) * 1000, unit: "ms" },
      { figure: "request, median", ours: quantile(milliseconds, 0.5), unit: "ms" },
      { figure: "request, p99", ours: quantile(milliseconds, 0.99), unit: "ms" },
      { figure: "request, slowest", ours: quantile(milliseconds, 1), unit: "ms" },
      { figure: "memory after the first version", ours: megabytesBefore, unit: "MB" },
      { figure: "memory after the last one", ours: megabytes, unit: "MB" },
      { figure: "event loop held up for at most", ours: worstGap, unit: "ms" },
    ];
  } finally {
    server.kill();
  }
}

/** One question at a time to the process that serves. */
const asker = (server) => (question) =>
  new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the server ended with code ${code}`));
    server.once("exit", ended);
    server.once("message", (answer) => {
      server.off("exit", ended);
      if (answer.error === undefined) resolve(answer);
      else reject(new Error(answer.error));
    });
    server.send(question);
  });

/** Requests without a pause over connections that stay open. */
function openLoad(url) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ features: [0, "a"] });
  const headers = { "content-type": "application/json", "content-length": body.length };
  const seen = { requests: 0, failed: 0, mixed: 0, milliseconds: [], versions: new Set(), error: undefined };
  let on = true;

  function note(status, text, milliseconds) {
    seen.requests += 1;
    seen.milliseconds.push(milliseconds);
    if (status !== 200) return fail(`${status} ${text.slice(0, 300)}`);
    const { model_version: version, prediction } = JSON.parse(text);
    seen.versions.add(version);
    if (prediction !== (version % 2 === 0 ? "left" : "right")) seen.mixed += 1;
  }
  function fail(error) {
    seen.failed += 1;
    seen.error ??= error;
  }

  const once = () =>
    new Promise((resolve) => {
      const began = performance.now();
      const request = http.request(`${url}/predict`, { agent, method: "POST", headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve(note(response.statusCode, text, performance.now() - began)));
      });
      request.on("error", (error) => {
        seen.requests += 1;
        resolve(fail(error.message));
      });
      request.end(body);
    });
  const connection = async () => {
    while (on) await once();
  };
  const connections = Array.from({ length: CONNECTIONS }, connection);
  return {
    counted: () => seen,
    async stop() {
      on = false;
      await Promise.all(connections);
      agent.destroy();
      return { ...seen, versions: seen.versions.size };
    },
  };
}
