import { takeMatrixRows, type Matrix, type Numbers } from "../data/matrix.js";
import type { Random } from "../data/random.js";
import { MOST_CATEGORIES } from "../trees/tree-ensemble.js";
import type { FitContext } from "../models/family.js";
import { mixedPoints } from "./mixed-points.js";
import { requireClasses, requireFinite, requireMixed } from "./requirements.js";
import { resamplerOf } from "./resample-rules.js";
import type { RowsToMake } from "./resampled-rows.js";
import type { ResampleData } from "./resampler.js";
import { drawRows, type Draws } from "./smote-draws.js";
import { makeForEachClass, neighboursOfBases, smoteRules, weigh, type ClassTask } from "./smote.js";

/**
 * SMOTE for columns of both kinds (Chawla et al. 2002, section 6.1): numbers lie between a row and one of its neighbours,
 * a category is the most frequent one among all its neighbours, chance decides between equally frequent ones. A missing
 * category is a category of its own.
 */
export const smoteNc = resamplerOf("smote-nc", smoteRules, (data, parameters, context) => {
  requireClasses(data);
  requireMixed(data);
  const categorical = new Set(data.categorical);
  requireFinite(data, (column) => !categorical.has(column));
  return makeForEachClass("smote-nc", data, parameters, (task) => makeRows(data, task, context));
});

function makeRows(data: ResampleData, task: ClassTask, context: FitContext): RowsToMake["write"] {
  const { code, rows, lacking, neighbours } = task;
  const categorical = data.categorical!;
  return (values, weights) => {
    const random = context.random.fork(`smote-nc/${code}`);
    const members = withOneMissing(takeMatrixRows(data.x, rows), categorical);
    const draws = drawRows(lacking, rows.length, neighbours, random);
    const ids = neighboursOfBases(mixedPoints(members, categorical), draws, neighbours, context);
    writeRows(values, members, categorical, { draws, ids, neighbours, random });
    if (weights) weigh(data.weights!, task, draws, ids, weights);
  };
}

/** A category that no model can tell from a missing one is a missing one. */
function withOneMissing(members: Matrix, categorical: readonly number[]): Matrix {
  for (const column of categorical) {
    for (let at = column; at < members.values.length; at += members.columns) {
      if (!(members.values[at]! >= 0 && members.values[at]! < MOST_CATEGORIES)) members.values[at] = NaN;
    }
  }
  return members;
}

interface Making {
  readonly draws: Draws;
  readonly ids: Int32Array;
  readonly neighbours: number;
  readonly random: Random;
}

function writeRows(made: Numbers, members: Matrix, categorical: readonly number[], making: Making): void {
  const { draws, ids, neighbours, random } = making;
  const { columns, values } = members;
  const isCategory = Array.from({ length: columns }, (_, column) => categorical.includes(column));
  for (let row = 0; row < draws.bases.length; row++) {
    const base = draws.bases[row]!;
    const near = ids.subarray(base * neighbours, (base + 1) * neighbours);
    const other = near[draws.ranks[row]!]!;
    for (let column = 0; column < columns; column++) {
      const value = (of: number) => values[of * columns + column]!;
      made[row * columns + column] = isCategory[column]
        ? mostFrequent(near, value, random)
        : value(base) + draws.steps[row]! * (value(other) - value(base));
    }
  }
}

function mostFrequent(near: Int32Array, value: (row: number) => number, random: Random): number {
  const counts = new Map<number, number>();
  for (const row of near) counts.set(value(row), (counts.get(value(row)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const best = [...counts.keys()].filter((category) => counts.get(category) === most);
  return best.length === 1 ? best[0]! : best[random.integer(best.length)]!;
}
