import { randomUUID } from "node:crypto";
import { createMlflowClient, type MlflowClient, type ModelVersion, type Run } from "./index.js";

/** A real server, and what tests make on it. */
export interface Bench {
  readonly client: MlflowClient;
  readonly trackingUri: string;
  /** MLflow 2 knows no logged models. */
  readonly major: number;
  newExperiment(): Promise<string>;
  newRun(): Promise<Run>;
  newModel(): Promise<string>;
  newVersion(name: string, tags?: Record<string, string>): Promise<ModelVersion>;
}

const servers = [
  { major: 3, trackingUri: process.env.MLFLOW_TRACKING_URI },
  // Started by `npm run services:up mlflow2`, and in CI.
  { major: 2, trackingUri: process.env.MLFLOW2_TRACKING_URI },
].filter((server): server is { major: number; trackingUri: string } => server.trackingUri !== undefined);

/** The same tests on every MLflow that is up: the newest 3, and the last 2 where it was started. */
export function onRealServers(
  tests: (bench: Bench) => void,
  suits: (server: { major: number }) => boolean = () => true,
): void {
  for (const { major, trackingUri } of servers.filter(suits))
    describe(`MLflow ${major}`, () => tests(benchOf(trackingUri, major)));
}

function benchOf(trackingUri: string, major: number): Bench {
  const client = createMlflowClient({ trackingUri });
  const newExperiment = async () => (await client.experiments.create({ name: fresh("client") })).experimentId;
  const newRun = async () => client.runs.create({ experimentId: await newExperiment(), runName: "a run" });
  const newModel = async () => {
    const model = { name: fresh("model"), description: "d", tags: { team: "a" } };
    return (await client.registeredModels.create(model)).name;
  };
  const newVersion = async (name: string, tags: Record<string, string> = {}) => {
    const from = await (major < 3 ? runWithModel() : loggedModel(name));
    return client.modelVersions.create({ name, ...from, description: "first", tags });
  };

  async function runWithModel() {
    const { runId, artifactUri } = await newRun();
    await client.artifacts.upload(artifactUri, "model/model.onnx", bytes("onnx"));
    return { runId, source: `${artifactUri}/model` };
  }

  async function loggedModel(name: string) {
    const { runId, experimentId } = await newRun();
    const model = await client.loggedModels.create({ experimentId, name, sourceRunId: runId });
    await client.loggedModels.upload(model, "model.onnx", bytes("onnx"));
    await client.loggedModels.finalize(model.modelId);
    return { runId, modelId: model.modelId, source: `models:/${model.modelId}` };
  }

  return { client, trackingUri, major, newExperiment, newRun, newModel, newVersion };
}

export const fresh = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const rangeOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
