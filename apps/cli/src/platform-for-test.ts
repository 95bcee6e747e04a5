import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dataArrived,
  datasetIngested,
  datasetRejected,
  modelPromoted,
  ProblemError,
  sha256,
  type ArtifactRef,
  type Emission,
} from "@millrace/contracts";
// eslint-disable-next-line @nx/enforce-module-boundaries -- the command line is tried against the real gateway
import { gateway } from "@millrace/gateway";
import { stopEmbeddedBroker } from "@millrace/messaging";
import { defineService, deploymentCollection, generationCollection, runServices, step } from "@millrace/service";
import { runCli } from "./run-cli.js";

export interface PlatformForTest {
  root: string;
  url: string;
  environment: Record<string, string>;
  /** Runs one command line as the shell would. */
  cli(...argv: string[]): Promise<{ exit: number; out: string; err: string }>;
  stop(): Promise<void>;
}

const ref: ArtifactRef = { digest: sha256("x"), size: 1, mediaType: "text/plain", name: "x.txt" };
const rows = { total: 10, train: 8, test: 2 };
const dataset = { source: { location: "x.csv" }, rows, train: ref, test: ref };

/** How the run of a pipeline ends is in its name: what is tried here is how the command line tells it. */
const outcomes: Record<string, () => Emission> = {
  good: () =>
    modelPromoted({
      pipeline: "good",
      model: "good",
      version: 1,
      package: ref,
      generation: 1,
      reason: "the first model",
    }),
  poor: () =>
    datasetRejected({
      pipeline: "poor",
      spec: ref,
      dataset,
      report: ref,
      findings: [],
      summary: "column age is missing",
    }),
  broken: () => {
    throw new ProblemError({ code: "SOURCE_NOT_FOUND", message: "there is no such file.", remedy: "Put it there." });
  },
  stuck: () => datasetIngested({ pipeline: "stuck", spec: ref, ...dataset, columns: [] }),
};

const ingestion = defineService({
  name: "ingestion",
  steps: [
    step({
      ...{ name: "ingest", on: dataArrived, emits: [modelPromoted, datasetRejected, datasetIngested] },
      async run({ pipeline }, { progress }) {
        progress(`reading ${pipeline}`);
        return outcomes[pipeline]!();
      },
    }),
  ],
});

export async function startPlatform(): Promise<PlatformForTest> {
  const root = await mkdtemp(join(tmpdir(), "millrace-cli-"));
  for (const name of Object.keys(outcomes)) await writePipeline(root, name);
  const stores = { MILLRACE_DATA_DIR: join(root, "data"), MILLRACE_PIPELINES_DIR: join(root, "pipelines") };
  const running = await runServices("test", [gateway, ingestion], {
    environment: { ...stores, GATEWAY_PORT: "0", LOG_LEVEL: "error" },
  });
  const url = running.urls.gateway!;
  await running.platform.artifacts.put(Buffer.from("x"), { mediaType: "text/plain", name: "x.txt" });
  await running.platform.records.records(deploymentCollection).putIfAbsent("good", {
    ...{ model: "good", generation: 1, champion: { version: 1, package: ref }, alias: "champion" },
    ...{ run: "run-0", reason: "the first model", updatedAt: "2026-01-01T00:00:00.000Z" },
  });
  await running.platform.records.records(generationCollection).putIfAbsent("good@1", {
    ...{ model: "good", generation: 1, champion: { version: 1, package: ref }, alias: "champion" },
    ...{ run: "run-0", reason: "the first model", updatedAt: "2026-01-02T03:04:05.000Z" },
  });
  const environment = { ...stores, MILLRACE_URL: url };
  return {
    ...{ root, url, environment, cli: (...argv: string[]) => runIn(root, environment, argv) },
    async stop() {
      await running.stop();
      await stopEmbeddedBroker();
      await rm(root, { recursive: true });
    },
  };
}

async function writePipeline(root: string, name: string): Promise<void> {
  const folder = join(root, "pipelines", name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "pipeline.yaml"),
    `name: ${name}\nsource: { path: ${name}.csv }\ntarget: { column: b }\n`,
  );
  await writeFile(join(folder, `${name}.csv`), "a,b\n1,2\n");
}

export async function runIn(cwd: string, environment: Record<string, string>, argv: readonly string[]) {
  const written = { out: "", err: "" };
  const exit = await runCli(argv, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    ...{ terminal: false, environment, cwd },
  });
  return { exit, ...written };
}
