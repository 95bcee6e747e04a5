import { ProblemError } from "@millrace/contracts";
import { isByPosition, type Row } from "./compile-row.js";
import type { InputState } from "./preprocessor-state.js";

/** What is wrong with one field; the pointer is a JSON pointer into the features. */
export interface FeatureProblem {
  readonly pointer: string;
  readonly message: string;
}

/** Refuses a row that the model cannot read, with everything that is wrong with it at once. */
export function checkRow(inputs: readonly InputState[]): (row: Row) => void {
  const known = new Set(inputs.map(({ name }) => name));
  return (row) => {
    if (!isSound(inputs, known, row))
      throw featuresInvalid(isByPosition(row) ? byPosition(inputs, row) : byName(inputs, known, row));
  };
}

// Nearly every row is sound: this says so without making anything.
function isSound(inputs: readonly InputState[], known: ReadonlySet<string>, row: Row): boolean {
  if (row === null || typeof row !== "object") return false;
  if (isByPosition(row))
    return row.length === inputs.length && inputs.every((input, index) => complaint(input, row[index]) === undefined);
  for (const name in row) if (!known.has(name)) return false;
  return inputs.every((input) => Object.hasOwn(row, input.name) && complaint(input, row[input.name]) === undefined);
}

function complaint(input: InputState, value: unknown): string | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return input.missing === "refused" ? "is missing, and the model has nothing to put in its place" : undefined;
  }
  if (input.kind === "number") return isNumber(value) ? undefined : `must be a number, not ${shown(value)}`;
  if (value === "" && input.missing === "refused") return "is empty, and the model has nothing to put in its place";
  return typeof value === "object" ? `must be a text, not ${shown(value)}` : undefined;
}

const isNumber = (value: unknown): boolean =>
  (typeof value === "number" && Number.isFinite(Math.fround(value))) || typeof value === "boolean";

/** Of what is made of parts only that: it may be nested deeper than anything can write it out. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? "[…]" : "[]";
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0 ? "{…}" : "{}";
  return (typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value))).slice(0, 60);
}

function byPosition(inputs: readonly InputState[], row: ArrayLike<unknown>): FeatureProblem[] {
  if (row.length !== inputs.length) {
    return [{ pointer: "", message: `has ${row.length} values where the model has ${inputs.length} features` }];
  }
  return inputs.flatMap((input, index) => problemAt(`/${index}`, complaint(input, row[index]), ` (${input.name})`));
}

function byName(
  inputs: readonly InputState[],
  known: ReadonlySet<string>,
  row: Readonly<Record<string, unknown>>,
): FeatureProblem[] {
  if (row === null || typeof row !== "object") return [{ pointer: "", message: "must be an array or an object" }];
  const unknown = Object.keys(row).filter((name) => !known.has(name));
  return [
    ...unknown.flatMap((name) => problemAt(pointerTo(name), "is no feature of the model")),
    ...inputs.flatMap((input) =>
      problemAt(
        pointerTo(input.name),
        Object.hasOwn(row, input.name) ? complaint(input, row[input.name]) : "is not given",
      ),
    ),
  ];
}

const problemAt = (pointer: string, message: string | undefined, note = ""): FeatureProblem[] =>
  message === undefined ? [] : [{ pointer, message: message + note }];

const pointerTo = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

function featuresInvalid(problems: readonly FeatureProblem[]): ProblemError {
  const first = problems.slice(0, 3).map(({ pointer, message }) => `${pointer || "the row"} ${message}`);
  const more = problems.length > first.length ? `; and ${problems.length - first.length} more` : "";
  return new ProblemError({
    code: "FEATURES_INVALID",
    message: `${first.join("; ")}${more}.`,
    remedy: "Send each feature once, by position or by name; null stands for a missing value.",
    problems,
  });
}
