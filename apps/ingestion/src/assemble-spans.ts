import { ProblemError, type PipelineSpec } from "@millrace/contracts";
import { scanParquet, type StagedColumn, type Staging } from "@millrace/tables";
import type { Means } from "./means.js";
import type { Span, SpanRun } from "./span-book.js";
import { watermarkColumn } from "./watermark.js";

interface LocatedSpan extends Span {
  readonly path: string;
}

/** Puts the rows of all spans of a run below each other; rows that were read twice count once. */
export async function assembleSpans(run: SpanRun, spec: PipelineSpec, staging: Staging, means: Means): Promise<void> {
  const spans: LocatedSpan[] = [];
  for (const span of inOrder([...run.kept, run.own]))
    if (span.rows > 0) spans.push({ ...span, path: await means.context.artifacts.localPath(span.artifact) });
  const columns = await commonColumns(spans);
  const bounds = boundsOf(spans, spec, columns);
  if (bounds.every((bound) => bound === undefined) && spans.every((span) => isSame(span.columns, columns)))
    await staging.readFiles({ paths: spans.map(({ path }) => path), format: "parquet" });
  else await staging.readFiles(joined(spans, columns, bounds));
  await countOnce(spec, columns, staging);
}

/** Of two spans that were read at the same time the one that came farther has all rows of the other. */
const inOrder = (spans: readonly Span[]): Span[] =>
  [...spans].sort((a, b) => (a.to === undefined || b.to === undefined || a.to === b.to ? 0 : a.to < b.to ? -1 : 1));

const isSame = (a: readonly StagedColumn[], b: readonly StagedColumn[]): boolean =>
  b.every(({ name, kind }) => a.some((column) => column.name === name && column.kind === kind));

interface Bound {
  readonly column: string;
  readonly after: number | string;
}

/**
 * Rows beyond where a span began to read are those that it read itself: earlier spans' rows from there on are superseded by
 * it. So late rows come in and rows read twice count once, also where two rows are equal.
 */
function boundsOf(
  spans: readonly LocatedSpan[],
  spec: PipelineSpec,
  columns: readonly StagedColumn[],
): readonly (Bound | undefined)[] {
  const column = watermarkColumn(spec);
  if (column === undefined || !columns.some(({ name }) => name === column)) return spans.map(() => undefined);
  return spans.map(({ to }, index) => {
    const froms = spans.slice(index + 1).flatMap(({ from }) => (from === undefined ? [] : [from]));
    if (froms.length === 0) return undefined;
    const after = froms.reduce((least, from) => (from < least ? from : least));
    return to !== undefined && to <= after ? undefined : { column, after };
  });
}

function joined(
  spans: readonly LocatedSpan[],
  columns: readonly StagedColumn[],
  bounds: readonly (Bound | undefined)[],
) {
  const tables = Object.fromEntries(
    spans.map(({ path }, index) => [`s${index}`, { paths: [path], format: "parquet" as const }]),
  );
  const selected = columns
    .map(({ name, kind }) => `cast(${quoted(name)} as ${kind === "text" ? "varchar" : "double"}) as ${quoted(name)}`)
    .join(", ");
  const parts = spans.map((_span, index) => `select ${selected} from s${index}${within(bounds[index])}`);
  return { tables, query: parts.join(" union all ") };
}

function within(bound: Bound | undefined): string {
  if (bound === undefined) return "";
  const after = typeof bound.after === "number" ? `${bound.after}` : `'${bound.after.replaceAll("'", "''")}'`;
  return ` where ${quoted(bound.column)} is null or ${quoted(bound.column)} <= ${after}`;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Of rows with the same key the newest counts. */
async function countOnce({ split, span, source }: PipelineSpec, columns: readonly StagedColumn[], staging: Staging) {
  if (split.key === undefined) return;
  const order = span.watermark ?? (source.kind === "mongodb" ? "_id" : undefined);
  await staging.keepNewest(split.key, columns.some(({ name }) => name === order) ? order : undefined);
}

/** A column that has no value at all in a span has no kind of its own there. */
async function commonColumns(spans: readonly LocatedSpan[]): Promise<readonly StagedColumn[]> {
  const [first, ...others] = spans;
  let columns = first!.columns;
  let before = first!;
  for (const span of others) {
    refuseOtherNames(columns, span);
    const next: StagedColumn[] = [];
    for (const column of columns) next.push(await commonKind(column, before, span));
    columns = next;
    before = span;
  }
  return columns;
}

async function commonKind(column: StagedColumn, before: LocatedSpan, span: LocatedSpan): Promise<StagedColumn> {
  const there = span.columns.find(({ name }) => name === column.name)!;
  if (there.kind === column.kind || (await isEmpty(span, column.name))) return column;
  if (await isEmpty(before, column.name)) return there;
  throw schemaChanged(
    span,
    `the column ${JSON.stringify(column.name)} held ${column.kind}s before and ${there.kind}s now`,
  );
}

async function isEmpty({ path }: LocatedSpan, column: string): Promise<boolean> {
  for await (const { columns } of scanParquet(path, { columns: [column] })) {
    const [only] = columns;
    const filled =
      only!.kind === "text"
        ? only!.codes.some((code) => code >= 0)
        : only!.values.some((value) => !Number.isNaN(value));
    if (filled) return false;
  }
  return true;
}

function refuseOtherNames(columns: readonly StagedColumn[], span: LocatedSpan): void {
  const here = new Set(span.columns.map(({ name }) => name));
  const before = new Set(columns.map(({ name }) => name));
  const gone = [...before].filter((name) => !here.has(name));
  const added = [...here].filter((name) => !before.has(name));
  if (gone.length + added.length === 0) return;
  const said = [gone.length > 0 && `without ${gone.join(", ")}`, added.length > 0 && `with ${added.join(", ")}`];
  throw schemaChanged(span, `the columns changed since the spans before: now ${said.filter(Boolean).join(" and ")}`);
}

const schemaChanged = ({ location }: Span, message: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_SCHEMA_CHANGED",
    where: location,
    message: `${message}.`,
    remedy:
      "Name the columns in the query or the projection, which begins anew with all rows, or set span.read to all.",
  });
