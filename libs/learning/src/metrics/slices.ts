import { ProblemError, type Column } from "@millrace/contracts";
import { presentSorted, quantile } from "../data/number-summary.js";
import { evaluateWithReasons, type Evaluation } from "./metrics.js";
import { positiveCode, predictedClasses } from "./predicted-classes.js";
import type { Scored } from "./scored.js";
import { weightsOf } from "./measure.js";
import { evaluateValuesWithReasons, type Valued, type ValueEvaluation } from "./value-metrics.js";

/** To which of the named groups a row belongs. */
export interface SliceGroups {
  readonly names: readonly string[];
  /** −1 where it is not known; such rows are a group of their own. */
  readonly codes: Int32Array;
}

export interface Slice extends Evaluation {
  readonly name: string;
  readonly rows: number;
  readonly weight: number;
  /** With two classes: the share that is positive, that is predicted so, and that of the positive and of the negative ones. */
  readonly positiveRate?: number;
  readonly selectionRate?: number;
  readonly truePositiveRate?: number;
  readonly falsePositiveRate?: number;
}

export const UNKNOWN_GROUP = "(missing)";

/** All metrics on each group of the rows; groups without rows are left out. */
export function sliceMetrics(scored: Scored, groups: SliceGroups): Slice[] {
  return membersOf(groups, scored.labels.length).map(({ name, members }) => sliceOf(scored, name, members));
}

export interface ValueSlice extends ValueEvaluation {
  readonly name: string;
  readonly rows: number;
  readonly weight: number;
}

/** The same of a regression. */
export function sliceValues(valued: Valued, groups: SliceGroups): ValueSlice[] {
  return membersOf(groups, valued.actual.length).map(({ name, members }) => {
    const [actual, predicted] = [take(valued.actual, members), take(valued.predicted, members)];
    const weights = valued.weights && take(valued.weights, members);
    const weight = sum(weightsOf(weights, members.length));
    return {
      name,
      rows: members.length,
      weight,
      ...evaluateValuesWithReasons({ ...valued, actual, predicted, weights }),
    };
  });
}

function membersOf({ names, codes }: SliceGroups, count: number): { name: string; members: number[] }[] {
  if (codes.length !== count) throw unlike(codes.length, count);
  const rows: number[][] = Array.from({ length: names.length + 1 }, () => []);
  codes.forEach((code, row) => rows[code < 0 ? names.length : code]!.push(row));
  const named = rows.map((members, code) => ({ name: names[code] ?? UNKNOWN_GROUP, members }));
  return named.filter(({ members }) => members.length > 0);
}

const take = (values: Float64Array, rows: readonly number[]): Float64Array =>
  Float64Array.from(rows, (row) => values[row]!);
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

function sliceOf(scored: Scored, name: string, members: readonly number[]): Slice {
  const part = rowsOf(scored, members);
  const weights = weightsOf(part.weights, members.length);
  return { name, rows: members.length, weight: sum(weights), ...rates(part, weights), ...evaluateWithReasons(part) };
}

function rowsOf(scored: Scored, members: readonly number[]): Scored {
  const width = scored.classes.length;
  const probabilities = new Float64Array(members.length * width);
  members.forEach((row, index) =>
    probabilities.set(scored.probabilities.subarray(row * width, (row + 1) * width), index * width),
  );
  const labels = Int32Array.from(members, (row) => scored.labels[row]!);
  const weights = scored.weights && take(scored.weights, members);
  return { ...scored, labels, probabilities, weights };
}

function rates(part: Scored, weights: Float64Array) {
  const positive = positiveCode(part);
  if (positive === undefined) return {};
  const predicted = predictedClasses(part);
  const share = (counts: (row: number) => boolean, of: (row: number) => boolean = () => true) => {
    let [some, all] = [0, 0];
    weights.forEach((weight, row) => {
      if (!of(row)) return;
      all += weight;
      if (counts(row)) some += weight;
    });
    return all > 0 ? some / all : undefined;
  };
  const selected = (row: number) => predicted[row] === positive;
  const isPositive = (row: number) => part.labels[row] === positive;
  return {
    positiveRate: share(isPositive),
    selectionRate: share(selected),
    truePositiveRate: share(selected, isPositive),
    falsePositiveRate: share(selected, (row) => !isPositive(row)),
  };
}

/** The groups that a column makes: its texts, or its numbers in quarters of about the same count of rows. */
export function groupsOfColumn(column: Column): SliceGroups {
  if (column.kind === "text") return { names: column.dictionary, codes: column.codes };
  const sorted = presentSorted(column.values);
  const inner = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  const edges = [...new Set(inner)].filter((edge) => edge > sorted[0]!);
  const show = (edge: number) => Number(edge.toPrecision(6));
  const names = [undefined, ...edges].map((edge, index) => {
    const next = edges[index];
    const ends = [edge === undefined ? "" : `≥ ${show(edge)}`, next === undefined ? "" : `< ${show(next)}`];
    return ends.filter(Boolean).join(", ");
  });
  const bucket = (value: number) => (Number.isNaN(value) ? -1 : edges.filter((edge) => value >= edge).length);
  return { names: edges.length === 0 ? ["(all)"] : names, codes: Int32Array.from(column.values, bucket) };
}

const unlike = (codes: number, rows: number): ProblemError =>
  new ProblemError({
    code: "GROUPS_INVALID",
    message: `there are ${codes} codes of groups for ${rows} rows.`,
    remedy: "Give the group of each row that was scored.",
  });
