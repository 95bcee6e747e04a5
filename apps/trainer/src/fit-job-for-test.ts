import { pipelineSpec, type Table } from "@millrace/contracts";
import { applyPreprocessor, fitPreprocessor, labelsOf, seededRandom } from "@millrace/learning";
import type { FitJob } from "./fit-job.js";

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

export function jobOf(settings: object = {}, table = cloudsOf(60, 3)): FitJob {
  const pipeline = pipelineSpec.parse({
    name: "sides",
    source: { path: "a.csv" },
    target: { column: "side" },
    ...settings,
  });
  const features = ["x", "y"];
  const { codes, classes } = labelsOf(table.columns[2]!);
  const preprocessor = fitPreprocessor(table, pipeline.preprocess, { features });
  return {
    pipeline,
    table,
    features,
    labels: codes,
    classes: [...classes],
    matrix: applyPreprocessor(preprocessor, table),
  };
}
