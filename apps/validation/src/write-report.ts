import {
  schemaToYaml,
  type ArtifactRef,
  type DataOf,
  type DataSchema,
  type datasetIngested,
  type Finding,
} from "@millrace/contracts";
import { writeJson, type StepContext } from "@millrace/service";
import type { Reference } from "./reference.js";
import { reportPage } from "./report-page.js";
import type { Left } from "./set-apart.js";
import { summaryOf } from "./summary.js";

type Ingested = DataOf<typeof datasetIngested>;

export interface Outcome extends Left {
  readonly findings: readonly Finding[];
  readonly reference: Reference | undefined;
  readonly schema: DataSchema;
}

const mostShown = 100;

/** The report for machines and the one for people, the schema to review, and what the event says of them. */
export async function writeReport(
  outcome: Outcome,
  { source, pipeline }: Ingested,
  { artifacts }: Pick<StepContext, "artifacts">,
) {
  const { dataset, findings, quarantine, schema, profile } = outcome;
  const { rows } = dataset;
  const summary = summaryOf({ rows, findings, columns: profile.columns.length, quarantined: quarantine?.rows ?? 0 });
  const text = (content: string, mediaType: string, name: string): Promise<ArtifactRef> =>
    artifacts.put(Buffer.from(content), { mediaType, name });
  const page = reportPage({ ...pageOf(outcome), pipeline, source: source.location, summary });
  return {
    profile: await writeJson(artifacts, "profile.json", profile),
    schema: await writeJson(artifacts, "schema.json", schema),
    said: {
      summary,
      report: await writeJson(artifacts, "validation.json", { rows, schema, findings, summary, quarantine }),
      page: await text(page, "text/html; charset=utf-8", "validation.html"),
      schemaFile: await text(schemaToYaml(schema), "text/yaml", "schema.yaml"),
      ...(quarantine !== undefined && { quarantine }),
    },
  };
}

function pageOf({ dataset, findings, profile, reference, apart }: Outcome) {
  const shown = apart && { rows: apart.rows, shown: firstRows(apart) };
  return {
    ...{ rows: dataset.rows, findings, profile },
    ...(reference !== undefined && { reference }),
    ...(shown !== undefined && { apart: shown }),
  };
}

const firstRows = ({ rows, columns }: NonNullable<Left["apart"]>) => ({ rows: Math.min(rows, mostShown), columns });
