import { pipelineSpec, type Table } from "@millrace/contracts";
import { foldsOf, labelsOf, prepareFold, prepareTraining, seededRandom } from "@millrace/learning";
import { doFitJob, type Fitter } from "./fit-job.js";
import { fitterOn } from "./fit-pool.js";
import type { Trials } from "./try-candidates.js";

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
export function preparedOf(settings: object = {}, table = cloudsOf(60, 3)) {
  const pipeline = pipelineSpec.parse({
    ...{ name: "sides", source: { path: "a.csv" }, target: { column: "side" }, ...settings },
  });
  const { codes: y, classes } = labelsOf(table.columns[2]!);
  const { preprocess, split, select } = pipeline;
  const trial = { table, y, classes, preprocess, features: ["x", "y"], seed: split.seed };
  const splits = foldsOf(trial, select.folds);
  return {
    ...{ pipeline, table, trial, splits, classes: [...classes] },
    ...{ folds: splits.map((fold) => prepareFold(trial, fold)), training: prepareTraining(trial) },
  };
}

export const trialsOf = (prepared: ReturnType<typeof preparedOf>, more: Partial<Trials> = {}): Trials => ({
  ...{ pipeline: prepared.pipeline, candidates: prepared.pipeline.candidates, classes: prepared.classes },
  ...{ folds: prepared.folds.length, loadFold: (fold) => Promise.resolve(prepared.folds[fold]!) },
  ...{ recall: () => Promise.resolve(undefined), keep: () => Promise.resolve() },
  ...more,
});

/** Fits right here, and counts what it was asked. */
export function countingFitter(): Fitter & { readonly scored: string[]; readonly fitted: string[] } {
  const [scored, fitted]: [string[], string[]] = [[], []];
  const fitter = fitterOn({ run: (job) => Promise.resolve(doFitJob(job)) });
  return {
    ...{ scored, fitted, limit: 2 },
    score: (trial, data) => (scored.push(trial.family), fitter.score(trial, data)),
    fit: (candidate, data, seed) => (fitted.push(candidate.model), fitter.fit(candidate, data, seed)),
  };
}
