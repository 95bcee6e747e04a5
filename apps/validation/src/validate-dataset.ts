import {
  columnsIn,
  dataSchema,
  datasetIngested,
  datasetRejected,
  datasetValidated,
  type DataOf,
  type DataSchema,
  type Finding,
  type PipelineSpec,
} from "@millrace/contracts";
import { readJson, step, type StepContext } from "@millrace/service";
import { inferSchema, schemaFor } from "./infer-schema.js";
import { inspectDataset, isUsed, profileTraining, type Inspected } from "./inspect-dataset.js";
import { distributionFindings, schemaFindings } from "./judge-dataset.js";
import { rememberProfile, settleReferences } from "./references.js";
import { rememberedSchemas } from "./remembered-schemas.js";
import { readRowNumbers, type RowNumbers } from "./row-numbers.js";
import { setApart, tooManyApart, untouched, type Left } from "./set-apart.js";
import type { SeverityRules } from "./severity-of.js";
import { writeReport } from "./write-report.js";

type Ingested = DataOf<typeof datasetIngested>;
type Context = StepContext<typeof datasetIngested>;

/**
 * Holds the dataset against its schema (schema.yaml, else the one that the pipeline's first dataset had), against the
 * datasets before it, and against what is usual. Rows that are wrong are kept apart; too many of them refuse the dataset.
 */
export const validateDataset = step({
  name: "validate",
  version: 2,
  on: datasetIngested,
  emits: [datasetValidated, datasetRejected],
  async run(ingested, context) {
    const { pipeline, artifacts, records, run, progress } = context;
    const references = await settleReferences(pipeline.name, ingested.train.digest, context);
    const schema = await schemaOf(ingested, context);
    const rules: SeverityRules = { validate: pipeline.validate, inferred: ingested.schema === undefined };
    const numbers = await readRowNumbers(ingested, artifacts);
    progress(`looking at ${ingested.rows.total} rows`);
    const inspected = await inspectDataset(ingested, { pipeline, schema, rules, rows: ingested.rows }, context);
    const parts = { pipeline, schema, rules, references, rowNumber: numbers.of };
    const broken = schemaFindings(inspected, ingested.rows.total, parts);
    const left = await leftOf(ingested, { broken, inspected, schema, numbers }, context);
    const { findings: odd, reference } = await distributionFindings(left.profile, inspected, parts, artifacts);
    const findings = [...broken, ...left.refusals, ...odd];
    const refused = findings.some(({ severity }) => severity === "error");
    const outcome = { ...(refused ? untouched(ingested, { ...inspected, profile: left.profile }) : left), findings };
    const written = await writeReport({ ...outcome, reference, schema }, ingested, context);
    progress(written.said.summary);
    const said = { pipeline: pipeline.name, spec: ingested.spec, dataset: outcome.dataset, ...written.said };
    if (refused) return datasetRejected({ ...said, findings });
    const { train, rows } = outcome.dataset;
    const { profile } = written;
    const record = { pipeline: pipeline.name, run, train: train.digest, profile, rows: rows.total };
    await rememberProfile(record, references, records);
    return datasetValidated({ ...said, schema: written.schema, warnings: findings, profile });
  },
});

/** Where something refuses the dataset anyway, no rows are kept apart. */
async function leftOf(
  ingested: Ingested,
  { broken, inspected, schema, numbers }: Broken,
  context: Context,
): Promise<Left & { refusals: Finding[] }> {
  const most = context.pipeline.validate.quarantine;
  const chosen = inspected.wrong.chosen(most * ingested.rows.total);
  const refusals = chosen === undefined ? [tooManyApart(broken, most)] : [];
  if (chosen === undefined || broken.some(({ severity }) => severity === "error"))
    return { ...untouched(ingested, inspected), refusals };
  return { ...(await setApart(ingested, { chosen, inspected, schema, numbers }, context)), refusals };
}

interface Broken {
  readonly broken: readonly Finding[];
  readonly inspected: Inspected;
  readonly schema: DataSchema;
  readonly numbers: RowNumbers;
}

async function schemaOf(ingested: Ingested, context: Context): Promise<DataSchema> {
  const { pipeline, artifacts } = context;
  if (ingested.schema !== undefined)
    return used(pipeline, dataSchema.parse(await readJson(artifacts, ingested.schema)));
  const schemas = rememberedSchemas(context.records);
  const known =
    (await schemas.find(pipeline.name)) ??
    (await schemas.remember(pipeline.name, inferSchema(await profileTraining(ingested, context))));
  return used(pipeline, schemaFor(pipeline, known));
}

/** What is asked of a dataset to learn from: nothing of columns that the pipeline drops or that only come when a model serves. */
const used = (pipeline: PipelineSpec, schema: DataSchema): DataSchema => ({
  ...schema,
  columns: columnsIn(schema, "training").filter(({ name }) => isUsed(pipeline)(name)),
});
