import type { DataSchema, PipelineSpec, Table } from "@millrace/contracts";
import { openProfiler, type Profile } from "@millrace/drift";
import { openColumnChecks, type ColumnCount } from "./check-columns.js";
import { openSample } from "./sample-rows.js";
import { keepColumns, scanSide, type ScanContext, type Sides } from "./scan-dataset.js";
import type { SeverityRules } from "./severity-of.js";
import { openWrongRows, type WrongRows } from "./wrong-rows.js";

export interface Inspected {
  /** Of both sides. */
  readonly profile: Profile;
  readonly counts: readonly ColumnCount[];
  readonly wrong: WrongRows;
  /** Training rows, evenly over the side. */
  readonly sample: Table;
  /** Every column that the dataset has. */
  readonly names: readonly string[];
}

interface Plan {
  readonly pipeline: PipelineSpec;
  readonly schema: DataSchema;
  readonly rules: SeverityRules;
  readonly rows: { readonly total: number; readonly train: number };
}

/** Reads both sides once: everything that is known of the dataset afterwards is of bounded size. */
export async function inspectDataset(sides: Sides, plan: Plan, context: ScanContext): Promise<Inspected> {
  const { pipeline, schema, rules, rows } = plan;
  const wrong = openWrongRows(4 * pipeline.validate.quarantine * rows.total + 1000);
  const checks = openColumnChecks(schema.columns, { rules, wrong });
  const profiler = openProfiler();
  const sample = openSample(rows.train);
  const used = asksFor(schema);
  let names: string[] = [];
  for (const side of ["train", "test"] as const) {
    for await (const batch of scanSide(sides, side, context)) {
      names = batch.table.columns.map(({ name }) => name);
      const table = keepColumns(batch.table, used);
      checks.look({ ...batch, table });
      profiler.add(table);
      if (side === "train") sample.add(table, batch.start);
    }
  }
  return { profile: profiler.profile(), counts: checks.counts, wrong, sample: sample.table(), names };
}

/** The training rows alone, with all their columns: what a schema is inferred from. */
export async function profileTraining(sides: Sides, context: ScanContext): Promise<Profile> {
  const profiler = openProfiler();
  for await (const { table } of scanSide(sides, "train", context)) profiler.add(table);
  return profiler.profile();
}

/** Columns that the pipeline drops are not asked for, and nothing is said of them. */
export const isUsed =
  ({ features }: PipelineSpec) =>
  (name: string): boolean =>
    !features.drop.includes(name);

/** Only what the schema asks for is learned from, and so only that is looked at closely. */
export function asksFor({ columns }: DataSchema): (name: string) => boolean {
  const names = new Set(columns.map(({ name }) => name));
  return (name) => names.has(name);
}
