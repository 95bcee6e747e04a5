import {
  dataSchema,
  datasetIngested,
  datasetRejected,
  datasetValidated,
  type DataOf,
  type DataSchema,
  type Finding,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import { readJson, readTableArtifact, step, writeJson, type StepContext } from "@millrace/service";
import { checkSides, strangeColumns } from "./check-table.js";
import { inferSchema, schemaFor } from "./infer-schema.js";
import { rememberedSchemas } from "./remembered-schemas.js";

/** Holds the dataset against its schema: schema.yaml, else the one that the pipeline's first dataset had. */
export const validateDataset = step({
  name: "validate",
  on: datasetIngested,
  emits: [datasetValidated, datasetRejected],
  async run(ingested, context) {
    const { pipeline, artifacts, progress } = context;
    const { spec, source, rows, train, test } = ingested;
    const sides = [await readTableArtifact(artifacts, train), await readTableArtifact(artifacts, test)] as const;
    const schema = used(pipeline, await schemaOf(ingested, sides[0], context));
    const findings = [...checkSides(schema, sides), ...strangeColumns(spokenOf(pipeline, schema), sides[0])];
    const report = await writeJson(artifacts, "validation.json", { rows, schema, findings });
    const errors = findings.filter(({ severity }) => severity === "error");
    progress(`errors: ${errors.length}, warnings: ${findings.length - errors.length}`);
    const about = { pipeline: pipeline.name, spec, dataset: { source, rows, train, test }, report };
    if (errors.length > 0) return datasetRejected({ ...about, findings, summary: summaryOf(errors) });
    return datasetValidated({
      ...about,
      schema: await writeJson(artifacts, "schema.json", schema),
      warnings: findings,
    });
  },
});

async function schemaOf(
  { schema }: DataOf<typeof datasetIngested>,
  train: Table,
  { pipeline, artifacts, records }: Pick<StepContext, "artifacts" | "records"> & { pipeline: PipelineSpec },
): Promise<DataSchema> {
  if (schema !== undefined) return dataSchema.parse(await readJson(artifacts, schema));
  const remembered = await rememberedSchemas(records).ofPipeline(pipeline.name, () => inferSchema(train));
  return schemaFor(pipeline, remembered);
}

/** Columns that the pipeline drops are not asked for. */
const used = ({ features }: PipelineSpec, { columns }: DataSchema): DataSchema => ({
  columns: columns.filter(({ name }) => !features.drop.includes(name)),
});

/** The target is read also where a schema.yaml does not list it. */
const spokenOf = ({ features, target }: PipelineSpec, { columns }: DataSchema): ReadonlySet<string> =>
  new Set([...columns.map(({ name }) => name), ...features.drop, target.column]);

const summaryOf = (errors: readonly Finding[]): string =>
  errors.map(({ message, remedy }) => [message, remedy].filter(Boolean).join(" ")).join(" ");
