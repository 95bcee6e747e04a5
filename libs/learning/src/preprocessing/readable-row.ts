import { isByPosition, type Row } from "./compile-row.js";
import { dateMilliseconds } from "./date-inputs.js";
import type { FeatureDescription } from "./describe-features.js";
import type { InputState } from "./preprocessor-state.js";

type Cells = [name: string, value: unknown][];
type ReadCell = (input: InputState, value: unknown) => unknown;

// As deep as the reading of JSON lines goes.
const DEEPEST = 32;

/**
 * Makes of a row as data files have it the row that the model reads, as ingestion does: nested objects by the path to them,
 * lists as their JSON, dates as milliseconds. Undefined where there is nothing to make.
 */
export function openRowReading(inputs: readonly InputState[], features: readonly FeatureDescription[]) {
  const dates = new Set(features.flatMap(({ name, date }) => (date === true ? [name] : [])));
  const known = new Map(inputs.map((input) => [input.name, input]));
  const read: ReadCell = (input, value) => {
    if (typeof value === "string" && dates.has(input.name)) return dateOr(value);
    return Array.isArray(value) && input.kind === "text" ? JSON.stringify(value) : value;
  };
  return (row: unknown): Row | undefined => {
    if (typeof row !== "object" || row === null) return undefined;
    return isByPosition(row as Row) ? byPosition(inputs, row as unknown[], read) : byName(known, row, read);
  };
}

function dateOr(text: string): number | string {
  const milliseconds = dateMilliseconds(text);
  return Number.isNaN(milliseconds) ? text : milliseconds;
}

function byPosition(inputs: readonly InputState[], row: readonly unknown[], read: ReadCell): unknown[] | undefined {
  if (row.length !== inputs.length) return undefined;
  const made = inputs.map((input, index) => read(input, row[index]));
  return made.some((value, index) => value !== row[index]) ? made : undefined;
}

function byName(known: ReadonlyMap<string, InputState>, row: object, read: ReadCell): Row | undefined {
  const cells: Cells = [];
  if (!flatten(known, row, "", 1, cells)) return undefined;
  const made = cells.map(([name, value]): Cells[number] => {
    const input = known.get(name);
    return [name, input === undefined ? value : read(input, value)];
  });
  const same = (name: string, value: unknown) =>
    Object.hasOwn(row, name) && (row as Record<string, unknown>)[name] === value;
  return made.every(([name, value]) => same(name, value)) ? undefined : Object.fromEntries(made);
}

/** False where it is no row: too deep, or with one name twice. */
function flatten(known: ReadonlyMap<string, InputState>, row: object, prefix: string, depth: number, cells: Cells) {
  if (depth > DEEPEST) return false;
  for (const [key, value] of Object.entries(row)) {
    const name = prefix + key;
    const within = known.has(name) || typeof value !== "object" || Array.isArray(value) ? [] : inside(known, name);
    if (within.length === 0) cells.push([name, value]);
    else if (!flattenInto(known, name, value as object | null, within, depth, cells)) return false;
  }
  return depth > 1 || new Set(cells.map(([name]) => name)).size === cells.length;
}

const inside = (known: ReadonlyMap<string, InputState>, name: string): string[] =>
  [...known.keys()].filter((input) => input.startsWith(`${name}.`));

/** What an object does not have is missing, as in the data. */
function flattenInto(
  known: ReadonlyMap<string, InputState>,
  name: string,
  value: object | null,
  within: readonly string[],
  depth: number,
  cells: Cells,
): boolean {
  const inner: Cells = [];
  if (value !== null && !flatten(known, value, `${name}.`, depth + 1, inner)) return false;
  const given = new Set(inner.map(([cell]) => cell));
  cells.push(...inner, ...within.flatMap((cell): Cells => (given.has(cell) ? [] : [[cell, null]])));
  return true;
}
