import { ProblemError, type Table } from "@millrace/contracts";
import type { FeatureDescription } from "@millrace/learning";
import type { ServableModel } from "./servable-model.js";

type Cell = number | string | null;
type NamedRow = Readonly<Record<string, Cell>>;

const MOST_ROWS = 200;
const TIMES = 200;
const TIMES_MS = 2000;
/** Of a table rows may be added up in another order than of one row. */
const SAME = 1e-5;
const SUM = 1e-3;

/** Asks a model rows made of what its features say of themselves, one by one and as a table, and refuses answers that are none. */
export function askEverything(model: ServableModel): { rows: number; medianMilliseconds: number } {
  const rows = rowsFor(model.features);
  const answers = rows.map((row) => Float64Array.from(model.scoreRow(row)));
  answers.forEach((answer, index) => refuseNoAnswer(model, answer, rows[index]!));
  refuseOtherTable(model, rows, answers);
  rows.forEach((row, index) => refuseOtherLabel(model, row, answers[index]!));
  return { rows: rows.length, medianMilliseconds: medianTime(model, rows) };
}

/** The ordinary row, and for each thing that a feature may be the ordinary row with that. */
export function rowsFor(features: readonly FeatureDescription[]): NamedRow[] {
  const ordinary = Object.fromEntries(features.map((feature) => [feature.name, feature.example]));
  const others = features.flatMap((feature) =>
    valuesOf(feature).map((value) => ({ ...ordinary, [feature.name]: value })),
  );
  return [ordinary, ...others.slice(0, MOST_ROWS - 1)];
}

const valuesOf = ({ min, max, categories = [] }: FeatureDescription): Cell[] =>
  [min, max, ...categories].filter((value) => value !== undefined);

function refuseNoAnswer({ task, classes }: ServableModel, answer: Float64Array, row: NamedRow): void {
  const wrong = answer.some((value) => !Number.isFinite(value));
  if (wrong) throw badAnswer(row, `says ${[...answer].join(", ")}`);
  if (task === "regression") return;
  const sum = answer.reduce((total, value) => total + value, 0);
  const isShare = answer.every((value) => value >= -SUM && value <= 1 + SUM);
  if (answer.length === classes.length && isShare && Math.abs(sum - 1) <= SUM) return;
  throw badAnswer(row, `gives no probabilities: ${[...answer].join(", ")}`);
}

function refuseOtherTable(model: ServableModel, rows: readonly NamedRow[], answers: readonly Float64Array[]): void {
  refuseOther(answers, model.predictTable(tableOf(model.features, rows)), rows);
  if (model.scoreRows !== undefined) refuseOther(answers, model.scoreRows(rows), rows);
}

function refuseOther(answers: readonly Float64Array[], together: Float64Array, rows: readonly NamedRow[]): void {
  const width = answers[0]!.length;
  const other = answers.findIndex((answer, row) =>
    answer.some((value, at) => Math.abs(value - together[row * width + at]!) > SAME * Math.max(1, Math.abs(value))),
  );
  if (other >= 0) throw badAnswer(rows[other]!, "gives another answer within a table than alone");
}

/** A graph that names the class has to name the one that its probabilities and the schema's threshold say. */
function refuseOtherLabel(model: ServableModel, row: NamedRow, answer: Float64Array): void {
  const label = "labelOf" in model ? (model.labelOf as (row: NamedRow) => string | undefined)(row) : undefined;
  if (label === undefined || model.task === "regression") return;
  const said = model.classes[model.decide(answer)]!;
  if (label !== said) throw badAnswer(row, `names the class ${label}, and its probabilities say ${said}`);
}

function tableOf(features: readonly FeatureDescription[], rows: readonly NamedRow[]): Table {
  const columns = features.map(({ name, kind }) => {
    const values = rows.map((row) => row[name] ?? null);
    if (kind === "number") return { name, kind, values: Float64Array.from(values, (value) => Number(value ?? NaN)) };
    const dictionary = [...new Set(values.filter((value) => value !== null).map(String))].sort();
    const codes = Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(String(value))));
    return { name, kind, codes, dictionary };
  });
  return { rows: rows.length, columns };
}

function medianTime(model: ServableModel, rows: readonly NamedRow[]): number {
  const times: number[] = [];
  const until = performance.now() + TIMES_MS;
  for (let time = 0; time < 2 * TIMES && performance.now() < until; time++) {
    const began = performance.now();
    model.scoreRow(rows[time % rows.length]!);
    times.push(performance.now() - began);
  }
  return times.slice(times.length >> 1).sort((a, b) => a - b)[times.length >> 2]!;
}

const badAnswer = (row: NamedRow, what: string): ProblemError =>
  new ProblemError({
    code: "MODEL_ANSWERS_WRONGLY",
    where: JSON.stringify(row).slice(0, 300),
    message: `of this row the model ${what}.`,
    remedy: "Compare the schema (order of features, classes, outputs, threshold) to how the model was exported.",
  });
