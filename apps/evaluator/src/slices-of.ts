import { columnNamed, type AcceptSpec, type Table } from "@millrace/contracts";
import { groupsOfColumn, sliceMetrics, type Scored, type Slice, type SliceGroups } from "@millrace/learning";
import { counted } from "./in-words.js";

/** The groups that a column makes, and how a model does on each; without groups where the test rows have no such column. */
export interface ColumnSlices {
  readonly column: string;
  readonly groups?: readonly Slice[];
}

const mostGroups = 100;
const mostValues = 12;

/** Each column that a pipeline judges groups by, once. */
export function sliceColumns({ slices, fairness }: AcceptSpec): string[] {
  const named = slices === undefined ? [] : Array.isArray(slices) ? slices : slices.columns;
  return [...new Set([...named, ...boundsOf(fairness).map(({ column }) => column)])];
}

export const boundsOf = <Bound>(bounds: Bound | readonly Bound[] | undefined): readonly Bound[] =>
  bounds === undefined ? [] : Array.isArray(bounds) ? (bounds as readonly Bound[]) : [bounds as Bound];

/** `order` is that of the scored rows. */
export const slicesOf = (scored: Scored, rows: Table, columns: readonly string[], order: Uint32Array): ColumnSlices[] =>
  columns.map((column) => {
    const groups = groupsOf(rows, column);
    if (groups === undefined) return { column };
    const codes = Int32Array.from(order, (row) => groups.codes[row]!);
    return { column, groups: sliceMetrics(scored, { ...groups, codes }) };
  });

function groupsOf(rows: Table, name: string): SliceGroups | undefined {
  const column = columnNamed(rows, name);
  if (column === undefined) return undefined;
  return largestOf(
    column.kind === "number" ? (byValue(column.values) ?? groupsOfColumn(column)) : groupsOfColumn(column),
  );
}

/** A flag or a small number is told by its values; quarters would put them together. */
function byValue(values: Float64Array): SliceGroups | undefined {
  const different = [...new Set(values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (different.length > mostValues) return undefined;
  const codes = new Map(different.map((value, code) => [value, code]));
  return { names: different.map(String), codes: Int32Array.from(values, (value) => codes.get(value) ?? -1) };
}

/** A column of many texts: its largest groups, and the others as one. */
function largestOf({ names, codes }: SliceGroups): SliceGroups {
  if (names.length <= mostGroups) return { names, codes };
  const sizes = new Float64Array(names.length);
  for (const code of codes) if (code >= 0) sizes[code]! += 1;
  const kept = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, mostGroups);
  const place = new Int32Array(names.length).fill(mostGroups);
  kept.forEach((code, index) => (place[code] = index));
  const others = `(${counted(names.length - mostGroups, "smaller group")})`;
  return {
    names: [...kept.map((code) => names[code]!), others],
    codes: codes.map((code) => (code < 0 ? code : place[code]!)),
  };
}
