import { dataSchema, datasetTransformed, datasetValidated, type DataOf, type PipelineSpec } from "@millrace/contracts";
import { openMemo, readJson, step } from "@millrace/service";
import { computeFeatures } from "./compute-features.js";
import type { Features } from "./features.js";

/** Raise it when the same rows and settings give other features: what was computed before is not taken over then. */
const VERSION = 2;

/** Fits the preprocessing on the training rows alone, and applies it to both sides and to the folds of cross-validation. */
export const transformDataset = step({
  name: "transform",
  version: VERSION,
  on: datasetValidated,
  emits: [datasetTransformed],
  pure: true,
  async run({ spec, schema, dataset }, context) {
    const { pipeline, artifacts, progress } = context;
    const columns = dataSchema.parse(await readJson(artifacts, schema)).columns.map(({ name }) => name);
    const memo = openMemo<Features>("transform", VERSION, context);
    const content = contentOf(pipeline, columns, dataset);
    const known = await memo.recall(content);
    if (known !== undefined) progress("the features were made before, of the same rows by the same settings");
    const features = known ?? (await computeFeatures(dataset, columns, context));
    if (known === undefined) await memo.keep(content, features);
    return datasetTransformed({ pipeline: pipeline.name, spec, dataset, schema, ...features });
  },
});

/** All that the features depend on, and nothing else: another candidate leaves it as it is. */
function contentOf(
  { name, target, split, features, preprocess, resample, select }: PipelineSpec,
  columns: readonly string[],
  { train, test }: DataOf<typeof datasetValidated>["dataset"],
) {
  const { drop, derive } = features;
  const { group, time, seed } = split;
  return {
    ...{ name, columns, train: train.digest, test: test.digest, target: target.column, drop, derive },
    ...{ preprocess, resample, folds: select.folds, group, time, seed },
    ...(select.repeats > 1 && { repeats: select.repeats }),
  };
}
