import { artifactRef, pipelineSpec, type ServeLog } from "@millrace/contracts";
import { openManifests, readJson, versionCollection, versionKey, type Platform } from "@millrace/service";
import type { PredictionLogSettings } from "./log-settings.js";

type Parts = Pick<Platform, "artifacts" | "records">;

/**
 * What the configuration says that the version's run began with; what no run made has none. The environment's columns come
 * on top for every model, so that something can be hidden at once.
 */
export function settingsOfVersions(
  parts: Parts,
  { PREDICTION_LOG_DROP, PREDICTION_LOG_HASH }: PredictionLogSettings,
): (model: string, version: number) => Promise<ServeLog> {
  return async (model, version) => {
    const { sample, drop, hash } = (await specOf(parts, model, version)) ?? { sample: 1, drop: [], hash: [] };
    const dropped = [...drop, ...namesIn(PREDICTION_LOG_DROP)];
    const hashed = [...hash, ...namesIn(PREDICTION_LOG_HASH)].filter((column) => !dropped.includes(column));
    return { sample, drop: dropped, hash: hashed };
  };
}

async function specOf({ artifacts, records }: Parts, model: string, version: number): Promise<ServeLog | undefined> {
  const record = await records.records(versionCollection).get(versionKey(model, version));
  if (record === undefined) return undefined;
  const made = await openManifests(records).ofRun(record.value.run);
  const specs = made.flatMap(({ output }) => output.map(({ data }) => (data as { spec?: unknown }).spec));
  const spec = specs.find((each) => each !== undefined);
  return spec === undefined ? undefined : logOf(await readJson(artifacts, artifactRef.parse(spec)));
}

const logOf = (spec: unknown): ServeLog => pipelineSpec.parse(spec).serve.log;

const namesIn = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
