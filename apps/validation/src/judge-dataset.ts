import type { ColumnSchema, DataSchema, Finding, PipelineSpec } from "@millrace/contracts";
import type { Profile } from "@millrace/drift";
import type { StepContext } from "@millrace/service";
import { columnFindings, type RowNumber } from "./column-findings.js";
import { distinctFindings, rowCountFindings, unknownColumns } from "./dataset-findings.js";
import { driftFindings } from "./drift-findings.js";
import type { Inspected } from "./inspect-dataset.js";
import { oddities } from "./oddities.js";
import type { References } from "./references.js";
import { relationFindings } from "./relation-findings.js";
import type { SeverityRules } from "./severity-of.js";
import type { Reference } from "./reference.js";

interface Parts {
  readonly pipeline: PipelineSpec;
  readonly schema: DataSchema;
  readonly rules: SeverityRules;
  readonly references: References;
  readonly rowNumber: RowNumber;
}

/** What breaks the schema, column by column. */
export function schemaFindings({ counts, names }: Inspected, total: number, parts: Parts): Finding[] {
  const { pipeline, schema, rules, references } = parts;
  const known = new Set([...schema.columns.map(({ name }) => name), ...pipeline.features.drop, pipeline.target.column]);
  return [
    ...rowCountFindings(total, schema, { rules, previous: references.previous }),
    ...(total === 0 ? [] : counts.flatMap((counted) => columnFindings(counted, parts))),
    ...unknownColumns(names, known, rules),
  ];
}

/** What changed since, and what is odd in itself, of the rows that are left. */
export async function distributionFindings(
  profile: Profile,
  { sample }: Inspected,
  { pipeline, schema, rules, references }: Parts,
  artifacts: StepContext["artifacts"],
): Promise<{ findings: readonly Finding[]; reference: Reference | undefined }> {
  const wanted: ReadonlyMap<string, ColumnSchema> = new Map(schema.columns.map((column) => [column.name, column]));
  const parts = { rules, pipeline, schema: wanted };
  const drift = await driftFindings(profile, { ...parts, references }, artifacts);
  const findings = [
    ...distinctFindings(profile, wanted, rules),
    ...drift.findings,
    ...oddities(profile, parts),
    ...relationFindings(sample, parts),
  ];
  return { findings, reference: drift.reference };
}
