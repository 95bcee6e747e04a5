import {
  columnNamed,
  dataSchema,
  datasetTransformed,
  datasetValidated,
  type DataSchema,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import { applyPreprocessor, encodeNpy, fitPreprocessor, labelsOf } from "@millrace/learning";
import { readJson, readTableArtifact, step, writeJson } from "@millrace/service";

/** Fits the preprocessing on the training rows alone, and applies it to both sides. */
export const transformDataset = step({
  name: "transform",
  on: datasetValidated,
  emits: [datasetTransformed],
  pure: true,
  async run({ spec, schema, dataset }, { pipeline, artifacts, progress }) {
    const train = await readTableArtifact(artifacts, dataset.train);
    const test = await readTableArtifact(artifacts, dataset.test);
    const inputs = inputsOf(dataSchema.parse(await readJson(artifacts, schema)), pipeline, train);
    const preprocessor = fitPreprocessor(train, pipeline.preprocess, { features: inputs });
    const labels = labelsOf(columnNamed(train, pipeline.target.column)!);
    const testLabels = labelsOf(columnNamed(test, pipeline.target.column)!, labels.classes);
    progress(`${inputs.length} columns became ${preprocessor.outputs.length} features`);
    const npy = (name: string, bytes: Uint8Array) => artifacts.put(bytes, { mediaType: "application/x-npy", name });
    return datasetTransformed({
      ...{ pipeline: pipeline.name, spec, dataset, schema, inputs },
      preprocessor: await writeJson(artifacts, "preprocessor.json", preprocessor),
      features: [...preprocessor.outputs],
      classes: [...labels.classes],
      arrays: {
        trainX: await npy("train-x.npy", encodeNpy(applyPreprocessor(preprocessor, train))),
        trainY: await npy("train-y.npy", encodeNpy(labels.codes)),
        testX: await npy("test-x.npy", encodeNpy(applyPreprocessor(preprocessor, test))),
        testY: await npy("test-y.npy", encodeNpy(testLabels.codes)),
      },
    });
  },
});

/** What is learned from: every column of the schema that is there, but the target and what the pipeline drops. */
const inputsOf = ({ columns }: DataSchema, { features, target }: PipelineSpec, table: Table): string[] =>
  columns
    .map(({ name }) => name)
    .filter((name) => name !== target.column && !features.drop.includes(name))
    .filter((name) => columnNamed(table, name) !== undefined);
