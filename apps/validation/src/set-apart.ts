import type {
  ColumnSchema,
  DataOf,
  DataSchema,
  datasetIngested,
  datasetValidated,
  Finding,
  Table,
} from "@millrace/contracts";
import type { Profile } from "@millrace/drift";
import { writeTableArtifact, type StepContext } from "@millrace/service";
import { asksFor, type Inspected } from "./inspect-dataset.js";
import { percent } from "./in-words.js";
import { cleanDataset, type ChosenRows } from "./quarantine.js";
import type { RowNumbers } from "./row-numbers.js";

type Ingested = DataOf<typeof datasetIngested>;
type Validated = DataOf<typeof datasetValidated>;
type Context = Pick<StepContext, "artifacts" | "signal">;

/** What is left of a dataset when its wrong rows are kept apart. */
export interface Left {
  readonly dataset: Validated["dataset"];
  readonly profile: Profile;
  readonly quarantine?: NonNullable<Validated["quarantine"]>;
  readonly apart?: Table;
}

interface Parts {
  readonly chosen: ChosenRows;
  readonly inspected: Inspected;
  readonly schema: DataSchema;
  readonly numbers: RowNumbers;
}

/** The dataset as it came. */
export const untouched = (ingested: Ingested, { profile }: Inspected): Left => ({
  dataset: datasetOf(ingested),
  profile,
});

/** Keeps the chosen rows apart and writes what is left; nothing is written where all is as it should be. */
export async function setApart(ingested: Ingested, parts: Parts, context: Context): Promise<Left> {
  const { chosen, inspected, schema, numbers } = parts;
  const written = writtenNumbers(inspected, schema);
  if (chosen.train.size + chosen.test.size + written.size === 0) return untouched(ingested, inspected);
  const rules = { chosen, written, rowNumber: numbers.of, isUsed: asksFor(schema) };
  const { train, test, profile, apart } = await cleanDataset(ingested, rules, context);
  const rowNumbers = await numbers.without(chosen, context.artifacts);
  // Statistics and CSV files are of all rows: where rows went they are no longer true.
  const { statistics: _, csv: __, ...dataset } = datasetOf(ingested);
  const rows = rowsWithout(ingested, chosen);
  const left = { ...dataset, train, test, rows, ...(rowNumbers !== undefined && { rowNumbers }) };
  if (apart === undefined) return { dataset: left, profile };
  const artifact = await writeTableArtifact(context.artifacts, "quarantine.parquet", apart);
  const counts = { rows: apart.rows, train: chosen.train.size, test: chosen.test.size };
  return { dataset: left, profile, apart, quarantine: { ...counts, artifact } };
}

function datasetOf(ingested: Ingested): Validated["dataset"] {
  const { source, rows, train, test, span, duplicates, rowNumbers, statistics, csv } = ingested;
  return { source, rows, train, test, ...defined({ span, duplicates, rowNumbers, statistics, csv }) };
}

const defined = <Values extends object>(values: Values): Partial<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;

function rowsWithout({ rows }: Ingested, { train, test }: ChosenRows) {
  const left = { train: rows.train - train.size, test: rows.test - test.size };
  return { total: left.train + left.test, ...left };
}

/** Columns that should hold numbers and came as texts: once the rows with other texts are gone, they are numbers. */
function writtenNumbers({ counts }: Inspected, { columns }: DataSchema): ReadonlyMap<string, ColumnSchema> {
  const asText = new Set(
    counts.filter(({ kind, rows, missing }) => kind === "text" && missing < rows).map(({ wanted }) => wanted.name),
  );
  return new Map(
    columns.filter(({ name, type }) => type !== "text" && asText.has(name)).map((wanted) => [wanted.name, wanted]),
  );
}

export function tooManyApart(findings: readonly Finding[], most: number): Finding {
  const causes = findings.filter(({ severity }) => severity === "quarantine").map(({ message }) => message);
  return {
    ...{ code: "QUARANTINE_TOO_LARGE", severity: "error" },
    message:
      `More than ${percent(most)} of the rows are wrong and would have to be kept apart. ${causes.slice(0, 5).join(" ")}`.trim(),
    remedy: "Correct the data; `validate.quarantine` in pipeline.yaml says how many rows may be kept apart.",
  };
}
