import { ProblemError } from "@millrace/contracts";
import { mergeCells } from "./cells.js";
import { countDifferent, mergeDifferent } from "./different-values.js";
import { moreFrequent, type Counted } from "./frequent.js";
import { mergeMoments, type Moments } from "./moments.js";
import type { ColumnProfile, NumberProfile, Profile, TextProfile } from "./profile.js";
import { differentTexts, numberSketch } from "./sketches.js";
import { mostShapes, mostTexts } from "./text-profiler.js";

/** What is known of the rows of both. Columns that only one has stay as they are. */
export function mergeProfiles(one: Profile, other: Profile): Profile {
  const others = new Map(other.columns.map((column) => [column.name, column]));
  const names = new Set(one.columns.map(({ name }) => name));
  const merged = one.columns.map((column) => {
    const found = others.get(column.name);
    return found === undefined ? column : mergeColumns(column, found);
  });
  const added = other.columns.filter(({ name }) => !names.has(name));
  return { format: one.format, rows: one.rows + other.rows, columns: [...merged, ...added] };
}

function mergeColumns(one: ColumnProfile, other: ColumnProfile): ColumnProfile {
  if (one.kind === "number" && other.kind === "number") return mergeNumbers(one, other);
  if (one.kind === "text" && other.kind === "text") return mergeTexts(one, other);
  throw new ProblemError({
    code: "COLUMN_KIND_CHANGED",
    message: `The column "${one.name}" has numbers in one profile and texts in the other.`,
    remedy: "Profiles can be merged where the columns have the same types.",
  });
}

function mergeNumbers(one: NumberProfile, other: NumberProfile): NumberProfile {
  const { rows, missing, infinite, zeros, whole, finite, ...measured } = mergeMoments(momentsOf(one), momentsOf(other));
  const [first, second] = [numberSketch(one), numberSketch(other)];
  const different = mergeDifferent(first.different, second.different);
  const common = { kind: one.kind, name: one.name, rows, missing, distinct: countDifferent(different, rows - missing) };
  const sketch = { cells: mergeCells(first.cells, second.cells), different };
  return { ...common, infinite, zeros, whole, ...(finite > 0 ? measured : {}), sketch };
}

function momentsOf(profile: NumberProfile): Moments {
  const { rows, missing, infinite, zeros, whole, min = Infinity, max = -Infinity, mean = 0, squares = 0 } = profile;
  return { rows, missing, infinite, finite: rows - missing - infinite, zeros, whole, min, max, mean, squares };
}

function mergeTexts(one: TextProfile, other: TextProfile): TextProfile {
  const [rows, missing] = [one.rows + other.rows, one.missing + other.missing];
  const different = mergeDifferent(differentTexts(one), differentTexts(other));
  const distinct = countDifferent(different, rows - missing);
  const top = sums(one.top, other.top);
  const rest = top.slice(mostTexts).reduce((sum, [, count]) => sum + count, 0);
  return {
    ...{ kind: "text", name: one.name, rows, missing, distinct },
    ...{ top: top.slice(0, mostTexts), others: one.others + other.others + rest },
    ...mergeLengths(one, other),
    shapes: sums(one.shapes, other.shapes).slice(0, mostShapes),
    sketch: { different },
  };
}

function sums(one: readonly Counted[], other: readonly Counted[]): Counted[] {
  const counts = new Map(one);
  for (const [text, count] of other) counts.set(text, (counts.get(text) ?? 0) + count);
  return [...counts].sort(moreFrequent);
}

function mergeLengths(one: TextProfile, other: TextProfile): Pick<TextProfile, "length"> {
  if (one.length === undefined || other.length === undefined) {
    const length = one.length ?? other.length;
    return length === undefined ? {} : { length };
  }
  const [present, others] = [one.rows - one.missing, other.rows - other.missing];
  const mean = (one.length.mean * present + other.length.mean * others) / (present + others);
  const min = Math.min(one.length.min, other.length.min);
  return { length: { min, max: Math.max(one.length.max, other.length.max), mean } };
}
