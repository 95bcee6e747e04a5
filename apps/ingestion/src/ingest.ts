import { dataArrived, datasetIngested } from "@millrace/contracts";
import { findPipeline, readTable, step, writeJson, writeTableArtifact } from "@millrace/service";
import { locateSource, refuseChanged } from "./locate-source.js";
import { schemaBeside } from "./schema-file.js";
import { splitTable } from "./split-table.js";

/** Reads the source, splits its rows and writes both parts as Parquet. */
export const ingest = step({
  name: "ingest",
  on: dataArrived,
  emits: [datasetIngested],
  async run(arrival, { artifacts, settings, progress }) {
    const { spec, folder } = await findPipeline(settings.MILLRACE_PIPELINES_DIR, arrival.pipeline);
    const source = await locateSource({
      given: arrival.source,
      path: "path" in spec.source ? spec.source.path : "",
      folder,
    });
    progress(`reading ${source.location}`);
    const table = await readTable(source.path);
    await refuseChanged(source);
    const { train, test } = splitTable(table, spec, source.location);
    progress(`${table.rows} rows: ${train.rows} to learn from, ${test.rows} to judge by`);
    return datasetIngested({
      pipeline: spec.name,
      spec: await writeJson(artifacts, "pipeline.json", spec),
      schema: await schemaBeside(folder, spec, artifacts),
      source: { location: source.location, digest: source.digest },
      rows: { total: table.rows, train: train.rows, test: test.rows },
      train: await writeTableArtifact(artifacts, "train.parquet", train),
      test: await writeTableArtifact(artifacts, "test.parquet", test),
      columns: table.columns.map(({ name, kind }) => ({ name, kind })),
    });
  },
});
