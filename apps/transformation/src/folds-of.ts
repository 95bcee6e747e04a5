import { columnNamed, ProblemError, type Column, type PipelineSpec, type Table } from "@millrace/contracts";
import { foldsOf, groupFolds, seededRandom, splitsOf, timeFolds, type Labels, type RowSplit } from "@millrace/learning";

type Dealt = Pick<PipelineSpec, "split" | "select">;

/** The folds for cross-validation, one repeat behind the other: the first is the same whether others follow or not. */
export const rowFoldsOf = ({ split, select }: Dealt, table: Table, labels: Labels): RowSplit[] =>
  Array.from({ length: select.repeats }, (_, repeat) =>
    dealtOnce({ split: { ...split, seed: seedOf(split.seed, repeat) }, select }, table, labels),
  ).flat();

const seedOf = (seed: number, repeat: number): number =>
  repeat === 0
    ? seed
    : seededRandom(seed)
        .fork(`repeat ${repeat}`)
        .integer(2 ** 31);

/** How the training rows are dealt: the way they were split from the test rows. */
function dealtOnce({ split, select }: Dealt, table: Table, { codes, classes }: Labels): RowSplit[] {
  const { folds } = select;
  const { seed } = split;
  if (split.time !== undefined) return timeFolds({ times: timesOf(columnOf(table, split.time, "time")), folds });
  if (split.group === undefined) return foldsOf({ y: codes, classes, seed }, folds);
  const groups = groupsOf(columnOf(table, split.group, "group"));
  return splitsOf(groupFolds({ groups, folds, seed, codes }), table.rows);
}

const groupsOf = (column: Column) => (column.kind === "text" ? column.codes : column.values);

/** Texts are in the order of their codes, because the dictionary is sorted: that of time for dates as ISO 8601 has them. */
const timesOf = (column: Column) =>
  column.kind === "text" ? Float64Array.from(column.codes, (code) => (code < 0 ? NaN : code)) : column.values;

function columnOf(table: Table, name: string, setting: "time" | "group"): Column {
  const column = columnNamed(table, name);
  if (column) return column;
  throw new ProblemError({
    code: "SPLIT_COLUMN_MISSING",
    where: `split.${setting}: ${name}`,
    message: "the training rows have no such column.",
    remedy: "Correct the name in pipeline.yaml.",
  });
}
