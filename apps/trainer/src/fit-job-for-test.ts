import { pipelineSpec, type Table } from "@millrace/contracts";
import {
  describeFeatures,
  encodeNpy,
  foldsOf,
  labelsOf,
  prepareFold,
  prepareTraining,
  seededRandom,
  type FoldData,
  type NpyArray,
  type Resample,
  type TrainingData,
} from "@millrace/learning";
import { writeJson, writeTableArtifact } from "@millrace/service";
import type { ArtifactStore } from "@millrace/storage";
import type { Transformed } from "./load-arrays.js";

/** Two clouds of points that overlap a little, so that no model is right about all of them. */
export function cloudsOf(rows: number, noise = 1.2): Table {
  const random = seededRandom(7);
  const codes = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const around = (code: number) => code * 2 + noise * (random.next() + random.next() + random.next() - 1.5);
  const clouds = () => Float64Array.from(codes, around);
  return {
    rows,
    columns: [
      { name: "x", kind: "number", values: clouds() },
      { name: "y", kind: "number", values: clouds() },
      { name: "side", kind: "text", codes, dictionary: ["left", "right"] },
    ],
  };
}

/** A dataset as the transformation hands it on, in memory. */
export function preparedOf(settings: object = {}, table = cloudsOf(60, 3), resample?: Resample) {
  const pipeline = pipelineSpec.parse({
    ...{ name: "sides", source: { path: "a.csv" }, target: { column: "side" }, ...settings },
  });
  const { codes: y, classes } = labelsOf(table.columns[2]!);
  const { preprocess, split, select } = pipeline;
  const trial = { table, y, classes, preprocess, features: ["x", "y"], seed: split.seed, resample };
  const splits = Array.from({ length: select.repeats }, (_, repeat) =>
    foldsOf({ ...trial, seed: split.seed + repeat }, select.folds),
  ).flat();
  return {
    ...{ pipeline, table, trial, splits, classes: [...classes] },
    ...{ folds: splits.map((fold) => prepareFold(trial, fold)), training: prepareTraining(trial) },
  };
}

/** The same in an artifact store, as an event tells it. */
export async function transformedIn(artifacts: ArtifactStore, prepared: ReturnType<typeof preparedOf>) {
  const { pipeline, table, folds, training, classes } = prepared;
  const npy = (array: NpyArray) => artifacts.put(encodeNpy(array), { mediaType: "application/x-npy", name: "a.npy" });
  const rows = async ({ x, y }: Pick<TrainingData, "x" | "y">) => ({ x: await npy(x), y: await npy(y) });
  const all = await rows(training.data);
  const side = await writeTableArtifact(artifacts, "train.parquet", table);
  const store = async ({ train, test }: FoldData) => ({
    ...{ train: await rows(train), test: await rows(test), categorical: [] },
  });
  return {
    ...{ pipeline: pipeline.name, spec: await writeJson(artifacts, "pipeline.json", pipeline), classes },
    dataset: { source: { location: "a" }, rows: { total: 60, train: 60, test: 0 }, train: side, test: side },
    schema: await writeJson(artifacts, "schema.json", {}),
    preprocessor: await writeJson(artifacts, "preprocessor.json", training.state),
    descriptions: await writeJson(artifacts, "inputs.json", describeFeatures(table, ["x", "y"])),
    ...{ report: side, page: side, inputs: ["x", "y"], features: [...training.state.outputs], categorical: [] },
    arrays: { trainX: all.x, trainY: all.y, testX: all.x, testY: all.y },
    ...{ training: all, folds: await Promise.all(folds.map(store)) },
  } satisfies Transformed;
}
