import { columnNamed, ProblemError, type PipelineSpec, type Table } from "@millrace/contracts";
import { labelsOf, splitRows, takeRows } from "@millrace/learning";

/** Train and test rows, by the pipeline's seed; each class keeps its share unless the pipeline says otherwise. */
export function splitTable(table: Table, { target, split, source }: PipelineSpec): { train: Table; test: Table } {
  const column = columnNamed(table, target.column);
  if (column === undefined) throw withoutTarget(table, target.column, source.path);
  const labels = labelsOf(column);
  const { train, test } = splitRows({
    rows: table.rows,
    test: split.test,
    stratify: split.stratify ? labels.codes : undefined,
    seed: split.seed,
  });
  return { train: takeRows(table, train), test: takeRows(table, test) };
}

const withoutTarget = (table: Table, target: string, source: string): ProblemError =>
  new ProblemError({
    code: "TARGET_MISSING",
    where: source,
    message: `the data have no column "${target}", which the pipeline is to predict; they have ${table.columns.map(({ name }) => name).join(", ")}.`,
    remedy: "Send data with that column, or correct target.column in pipeline.yaml.",
  });
