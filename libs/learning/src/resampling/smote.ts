import { takeMatrixRows, type Matrix, type Numbers } from "../data/matrix.js";
import type { FitContext, Parameters } from "../models/family.js";
import { indexRows } from "../neighbours/nearest-neighbours.js";
import { rowsLacking, rowsOfClass } from "./class-sizes.js";
import { neighboursRule, ratioRule, resamplerOf } from "./resample-rules.js";
import { requireClasses, requireNeighbours, requireNumbers } from "./requirements.js";
import { requireRoom, withMade, type RowsToMake } from "./resampled-rows.js";
import type { ResampleData, Resampled } from "./resampler.js";
import { distinctBases, drawRows, type Draws } from "./smote-draws.js";

export const smoteRules = { ratio: ratioRule, neighbours: neighboursRule(5) };

/** Makes rows of the smaller classes between a row and one of its neighbours in its class (Chawla et al. 2002). */
export const smote = resamplerOf("smote", smoteRules, (data, parameters, context) =>
  makeBetween("smote", data, parameters, context),
);

export function makeBetween(
  resampler: string,
  data: ResampleData,
  parameters: Parameters,
  context: FitContext,
): Resampled {
  requireClasses(data);
  requireNumbers(resampler, data);
  return makeForEachClass(resampler, data, parameters, (task) => makeRows(data, task, context));
}

/** One class that lacks rows. */
export interface ClassTask {
  readonly code: number;
  readonly rows: Int32Array;
  readonly lacking: number;
  readonly neighbours: number;
}

/** Checks every class before the first row is made, so that a long work does not end in an error. */
export function makeForEachClass(
  resampler: string,
  data: ResampleData,
  parameters: Parameters,
  make: (task: ClassTask) => RowsToMake["write"],
): Resampled {
  const neighbours = parameters.neighbours as number;
  const tasks = tasksOf(data, parameters.ratio as number, neighbours);
  tasks.forEach(({ code, rows }) => requireNeighbours(resampler, code, rows.length, neighbours));
  requireRoom(
    data,
    tasks.reduce((sum, { lacking }) => sum + lacking, 0),
  );
  return withMade(
    data,
    tasks.map((task) => ({ code: task.code, count: task.lacking, write: make(task) })),
  );
}

function tasksOf(data: ResampleData, ratio: number, neighbours: number): ClassTask[] {
  const lacking = rowsLacking(data, ratio);
  const codes = Array.from(lacking.keys()).filter((code) => lacking[code]! > 0);
  return codes.map((code) => ({ code, rows: rowsOfClass(data.y, code), lacking: lacking[code]!, neighbours }));
}

/** The positions in the class of the neighbours of each base, which are asked for together. */
export function neighboursOfBases(points: Matrix, draws: Draws, k: number, context: FitContext): Int32Array {
  const bases = distinctBases(draws, points.rows);
  const { ids } = indexRows(points, k, context).ofRows(bases, k);
  if (bases.length === points.rows) return ids;
  const ofAll = new Int32Array(points.rows * k);
  bases.forEach((base, index) => ofAll.set(ids.subarray(index * k, (index + 1) * k), base * k));
  return ofAll;
}

function makeRows({ x, weights: given }: ResampleData, task: ClassTask, context: FitContext): RowsToMake["write"] {
  const { code, rows, lacking, neighbours } = task;
  return (values, weights) => {
    const points = takeMatrixRows(x, rows);
    const draws = drawRows(lacking, rows.length, neighbours, context.random.fork(`smote/${code}`));
    const ids = neighboursOfBases(points, draws, neighbours, context);
    writeBetween(points, draws, ids, neighbours, values);
    if (weights) weigh(given!, task, draws, ids, weights);
  };
}

function writeBetween(points: Matrix, draws: Draws, ids: Int32Array, neighbours: number, made: Numbers): void {
  const { columns, values } = points;
  const { bases, ranks, steps } = draws;
  for (let row = 0, at = 0; row < bases.length; row++) {
    const base = bases[row]! * columns;
    const other = ids[bases[row]! * neighbours + ranks[row]!]! * columns;
    const step = steps[row]!;
    for (let column = 0; column < columns; column++, at++) {
      const value = values[base + column]!;
      made[at] = value + step * (values[other + column]! - value);
    }
  }
}

/** A made row counts as much as its place between two rows says. */
export function weigh(given: Float64Array, task: ClassTask, draws: Draws, ids: Int32Array, made: Float64Array): void {
  draws.steps.forEach((step, row) => {
    const base = draws.bases[row]!;
    const other = ids[base * task.neighbours + draws.ranks[row]!]!;
    made[row] = given[task.rows[base]!]! * (1 - step) + given[task.rows[other]!]! * step;
  });
}
