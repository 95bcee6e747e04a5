import { columnNamed, ProblemError, type PipelineSpec, type Table } from "@millrace/contracts";
import { labelsOf, splitRows, takeRows } from "@millrace/learning";

/** Train and test rows, by the pipeline's seed; each class keeps its share unless the pipeline says otherwise. */
export function splitTable(
  table: Table,
  { target, split }: PipelineSpec,
  location: string,
): { train: Table; test: Table } {
  const column = columnNamed(table, target.column);
  if (column === undefined) throw withoutTarget(table, target.column, location);
  const { classes, codes } = labelsOf(column);
  if (split.stratify) refuseLonelyClass(target.column, classes, codes);
  const { train, test } = splitRows({
    rows: table.rows,
    test: split.test,
    stratify: split.stratify ? codes : undefined,
    seed: split.seed,
  });
  return { train: takeRows(table, train), test: takeRows(table, test) };
}

/** Said here with the class's name: whoever splits codes knows only its number. */
function refuseLonelyClass(target: string, classes: readonly string[], codes: Int32Array): void {
  const counts = new Uint32Array(classes.length);
  for (const code of codes) counts[code]! += 1;
  const lonely = classes.filter((_class, code) => counts[code] === 1);
  if (lonely.length === 0) return;
  throw new ProblemError({
    code: "TARGET_CLASS_TOO_SMALL",
    where: target,
    message: `only one row each has ${lonely.slice(0, 5).join(", ")}, and to be on both sides of the split a class needs two.`,
    remedy: "Send more rows of that class, leave it out, or set split.stratify to false.",
  });
}

const withoutTarget = (table: Table, target: string, location: string): ProblemError =>
  new ProblemError({
    code: "TARGET_MISSING",
    where: location,
    message: `the data have no column "${target}", which the pipeline is to predict; they have ${table.columns.map(({ name }) => name).join(", ")}.`,
    remedy: "Send data with that column, or correct target.column in pipeline.yaml.",
  });
