import { envelope, modelPromoted, type Column, type DeploymentRecord, type Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  familyNamed,
  fitPreprocessor,
  labelsOf,
  packModel,
  seededRandom,
} from "@millrace/learning";
import { deploymentCollection, runServices } from "@millrace/service";
import { temporaryFolder } from "@millrace/testing";
import { inference } from "./service.js";

export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** An inference service over HTTP, on embedded drivers in `dir`. */
export async function startReplica(environment: Record<string, string> = {}) {
  const folder = await temporaryFolder("inference");
  const running = await runServices("inference", [inference], {
    environment: { MILLRACE_DATA_DIR: folder.path, INFERENCE_PORT: "0", LOG_LEVEL: "error", ...environment },
  });
  const stop = async () => {
    await running.stop();
    await folder.remove();
  };
  return { platform: running.platform, url: running.urls.inference!, stop };
}

const numbers = (name: string, values: readonly number[]): Column => ({
  name,
  kind: "number",
  values: Float64Array.from(values),
});
const texts = (name: string, codes: readonly number[], dictionary: string[]): Column => ({
  ...{ name, kind: "text", codes: Int32Array.from(codes), dictionary },
});

/** A model of a number `x` and a text `shop` that says "right" from about `border` on. */
export function modelWith(border: number, preprocess = fillAll): Uint8Array {
  const x = [-2, -1, 1, 2].map((distance) => border + distance);
  const features = ["x", "shop"];
  const table: Table = {
    rows: 4,
    columns: [numbers("x", x), texts("shop", [0, 1, 0, 1], ["a", "b"]), texts("side", [0, 0, 1, 1], ["left", "right"])],
  };
  const preprocessor = fitPreprocessor(table, preprocess, { features });
  const { codes, classes } = labelsOf(table.columns[2]!);
  const { fit, defaults } = familyNamed("logistic-regression");
  const data = { x: applyPreprocessor(preprocessor, table), y: codes, classes: 2 };
  const model = fit(data, { ...defaults, C: 100 }, { random: seededRandom(1) });
  const about = { target: "side", positive: "right", metrics: { f1: 0.9 }, seed: 1 };
  return packModel({ model, preprocessor, classes, ...about, features: describeFeatures(table, features) });
}

type Preprocess = Parameters<typeof fitPreprocessor>[1];
const encode = { encode: "categorical", with: "one-hot" } as const;
export const fillAll: Preprocess = [
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  encode,
];
export const fillNothing: Preprocess = [encode];

/** What the registry does: the record, and — unless it is lost — the event. */
export async function deployTo(
  { platform }: Replica,
  bytes: Uint8Array,
  { model = "sides", tell = true }: { model?: string; tell?: boolean } = {},
): Promise<DeploymentRecord> {
  const deployments = platform.records.records(deploymentCollection);
  const generation = ((await deployments.get(model))?.value.generation ?? 0) + 1;
  const packed = await platform.artifacts.put(bytes, { mediaType: "application/json", name: "model.millrace" });
  const champion = { version: generation, package: packed };
  const record = {
    model,
    generation,
    champion,
    alias: "champion",
    run: `run-${generation}`,
    reason: "",
    updatedAt: "",
  };
  await deployments.update(model, () => record);
  if (tell) await tellPromoted(platform, record);
  return record;
}

const tellPromoted = ({ bus }: Replica["platform"], { model, generation, champion, run }: DeploymentRecord) =>
  bus.publish(
    envelope(modelPromoted, modelPromoted({ pipeline: model, model, generation, reason: "", ...champion }), {
      ...{ service: "registry", step: "promote", run, pipeline: model, time: new Date() },
    }),
  );
