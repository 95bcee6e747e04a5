import {
  pipelineSpec,
  type Column,
  type DataOf,
  type datasetIngested,
  type datasetRejected,
  type datasetValidated,
  type Table,
} from "@millrace/contracts";
import { runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { validateDataset } from "./validate-dataset.js";

export type Values = readonly (number | string | null)[];
export type Columns = Readonly<Record<string, Values>>;

export const table = (columns: Columns): Table => ({
  rows: Object.values(columns)[0]?.length ?? 0,
  columns: Object.entries(columns).map(([name, values]) => columnOf(name, values)),
});

function columnOf(name: string, values: Values): Column {
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length === 0)
    return { name, kind: "number", values: Float64Array.from(values, (value) => +(value ?? NaN)) };
  const dictionary = [...new Set(texts)].sort();
  return {
    ...{ name, kind: "text", dictionary },
    codes: Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(String(value)))),
  };
}

export interface Settings {
  readonly run?: string;
  readonly spec?: object;
  readonly schema?: object;
  readonly more?: object;
}

/** The validate step on embedded drivers; the pipeline is `answers`, its target `answer`. */
export async function openValidation() {
  const bench = await openStepBench((environment) => runServices("test", [], { environment }));
  const { artifacts } = bench.platform;
  let runs = 0;

  async function ingested(train: Table, test: Table, { spec = {}, schema, more = {} }: Settings) {
    const pipeline = pipelineSpec.parse({
      ...{ name: "answers", source: { path: "a.csv" }, target: { column: "answer" }, ...spec },
    });
    const data: DataOf<typeof datasetIngested> = {
      ...{ pipeline: pipeline.name, spec: await writeJson(artifacts, "pipeline.json", pipeline) },
      ...{ source: { location: "a.csv" }, columns: [] },
      rows: { total: train.rows + test.rows, train: train.rows, test: test.rows },
      train: await writeTableArtifact(artifacts, "train.parquet", train),
      test: await writeTableArtifact(artifacts, "test.parquet", test),
      ...(schema !== undefined && { schema: await writeJson(artifacts, "schema.json", schema) }),
      ...more,
    };
    return { data, pipeline };
  }

  return {
    ...bench,
    async validate(train: Table, test: Table, settings: Settings = {}) {
      const { data, pipeline } = await ingested(train, test, settings);
      const context = bench.context({ pipeline, run: settings.run ?? `run-${++runs}` });
      const emission = await validateDataset.run(data, context);
      return emission as ReturnType<typeof datasetValidated | typeof datasetRejected>;
    },
  };
}

export type Validation = Awaited<ReturnType<typeof openValidation>>;
export type Emission = Awaited<ReturnType<Validation["validate"]>>;

export const accepted = (emission: Emission) => {
  expect(emission).toMatchObject({ type: "dataset.validated" });
  return emission.data as DataOf<typeof datasetValidated>;
};

export const refused = (emission: Emission) => {
  expect(emission).toMatchObject({ type: "dataset.rejected" });
  return emission.data as DataOf<typeof datasetRejected>;
};

export const findingsOf = (emission: Emission) =>
  emission.type === "dataset.validated" ? accepted(emission).warnings : refused(emission).findings;
