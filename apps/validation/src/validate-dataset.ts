import {
  dataSchema,
  datasetIngested,
  datasetRejected,
  datasetValidated,
  type DataSchema,
  type Finding,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import { readJson, readTableArtifact, step, writeJson } from "@millrace/service";
import { checkTable } from "./check-table.js";
import { inferSchema } from "./infer-schema.js";
import { rememberedSchemas } from "./remembered-schemas.js";

/** Holds the dataset against its schema: schema.yaml, else the one that the pipeline's first dataset had. */
export const validateDataset = step({
  name: "validate",
  on: datasetIngested,
  emits: [datasetValidated, datasetRejected],
  async run(ingested, { pipeline, artifacts, records, progress }) {
    const { spec, source, rows, train, test } = ingested;
    const dataset = { source, rows, train, test };
    const sides = { train: await readTableArtifact(artifacts, train), test: await readTableArtifact(artifacts, test) };
    const schema = used(
      pipeline,
      ingested.schema !== undefined
        ? dataSchema.parse(await readJson(artifacts, ingested.schema))
        : await rememberedSchemas(records).ofPipeline(pipeline.name, () => inferSchema(sides.train, pipeline)),
    );
    const findings = checkSides(schema, sides);
    const report = await writeJson(artifacts, "validation.json", { rows, schema, findings });
    const errors = findings.filter(({ severity }) => severity === "error");
    progress(`${findings.length} findings, ${errors.length} of them errors`);
    const about = { pipeline: pipeline.name, spec, dataset, report };
    if (errors.length > 0) return datasetRejected({ ...about, findings, summary: summaryOf(errors) });
    return datasetValidated({
      ...about,
      schema: await writeJson(artifacts, "schema.json", schema),
      warnings: findings,
    });
  },
});

/** Columns that the pipeline has since dropped are not asked for. */
const used = ({ features }: PipelineSpec, { columns }: DataSchema): DataSchema => ({
  columns: columns.filter(({ name }) => !features.drop.includes(name)),
});

const checkSides = (schema: DataSchema, sides: Record<"train" | "test", Table>): Finding[] =>
  mergeSides(checkTable(schema, sides.train), checkTable(schema, sides.test));

/** What both sides break is one finding, with the rows of both. */
function mergeSides(train: readonly Finding[], test: readonly Finding[]): Finding[] {
  const keyOf = ({ code, column }: Finding) => `${code} ${column}`;
  const merged = new Map(train.map((finding) => [keyOf(finding), finding]));
  for (const finding of test) {
    const same = merged.get(keyOf(finding));
    const rows = same?.rows === undefined ? finding.rows : same.rows + (finding.rows ?? 0);
    merged.set(keyOf(finding), same === undefined ? finding : { ...same, ...(rows !== undefined && { rows }) });
  }
  return [...merged.values()];
}

const summaryOf = (errors: readonly Finding[]): string =>
  errors.map(({ message, remedy }) => [message, remedy].filter(Boolean).join(" ")).join(" ");
