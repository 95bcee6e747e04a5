import { openModel } from "@millrace/learning";
import { HttpProblem, openLog } from "@millrace/service";
import { openAnswerer } from "./answer.js";
import { modelWith } from "./inference-for-test.js";
import type { PredictionMetrics, Tally } from "./metrics.js";
import type { MicroBatchOptions } from "./micro-batches.js";
import type { LoggedPrediction } from "./prediction-log/prediction-log.js";
import type { Observation, ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

export const servedForTest = (version: number, border = 0): ServedModel => ({
  ...{ name: "sides", version, generation: version, loadedAt: "", digest: "", role: "champion" },
  model: openModel(modelWith(border)),
});

/** An answerer over versions in memory, and what it told the others. */
export function answererForTest(versions: readonly ServedModel[] = [servedForTest(1)], batches?: MicroBatchOptions) {
  const logged: LoggedPrediction[] = [];
  const observed: (Observation & { version: number })[] = [];
  const state = { now: versions[0]! };
  const serving = {
    models: () => new Map([["sides", state.now]]),
    versions: () => versions,
    problems: () => new Map(),
    versionFor: (_name: string, { pin }: { pin?: number }) =>
      versions.find(({ version }) => version === pin) ?? state.now,
    observe: ({ version }: ServedModel, observation: Observation) => void observed.push({ version, ...observation }),
    mirror: () => undefined,
  } as unknown as Serving;
  const log = openLog({ LOG_LEVEL: "error" }, { service: "test" });
  const answerer = openAnswerer({
    ...{ serving, metrics: metricsForTest(), clock: () => new Date(0), batches },
    log: { write: (entry: LoggedPrediction) => void logged.push(entry) } as never,
  });
  return { answerer, serving, log, logged, observed, state };
}

function metricsForTest(): PredictionMetrics {
  const tally = (served: ServedModel): Tally => ({
    ...{ model: served.name, version: served.version, labels: served.model.classes, milliseconds: 0 },
    ...{ predictions: new Float64Array(8), latencies: new Float64Array(32) },
  });
  return { tallyOf: tally, refused: () => undefined };
}

export const statusOf = (error: unknown): number | undefined =>
  error instanceof HttpProblem ? error.status : undefined;
