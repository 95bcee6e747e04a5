import type { FitContext, Parameters } from "../models/family.js";
import { indexRows } from "../neighbours/nearest-neighbours.js";
import { classesToClean } from "./class-sizes.js";
import { neighboursRule, removeRule, resamplerOf } from "./resample-rules.js";
import { oneOf } from "../models/parameters.js";
import { requireClasses, requireNumbers, requireRows } from "./requirements.js";
import { allRows } from "../data/take-rows.js";
import { requireEveryClass, unchanged, withoutRows } from "./resampled-rows.js";
import type { ResampleData, Resampled } from "./resampler.js";

/** all: a row stays if all its neighbours are of its class; mode: if most are, of equally many the lowest class. */
export const kindRule = oneOf("all", ["all", "mode"]);

const rules = { neighbours: neighboursRule(3), kind: kindRule, remove: removeRule };

/** Removes rows that their neighbours do not agree with (Wilson 1972). */
export const editedNearestNeighbours = resamplerOf("edited-nearest-neighbours", rules, (data, parameters, context) => {
  requireClasses(data);
  requireNumbers("edited-nearest-neighbours", data);
  requireRows("edited-nearest-neighbours", "neighbours", data.x.rows, parameters.neighbours as number);
  return withoutDisputed("edited-nearest-neighbours", unchanged(data), data, parameters, context);
});

/** `all` are the rows of `data`, some of them made. */
export function withoutDisputed(
  resampler: string,
  all: Resampled,
  data: ResampleData,
  { neighbours, kind, remove }: Parameters,
  context: FitContext,
): Resampled {
  const k = neighbours as number;
  const cleaned = classesToClean(data, remove as string);
  const asked = allRows(data.x.rows).filter((row) => cleaned.has(data.y[row]!));
  const { ids } = indexRows(data.x, k, context).ofRows(asked, k);
  const agrees = kind === "all" ? allAgree : mostAgree;
  const removed = new Uint8Array(data.x.rows);
  asked.forEach((row, at) => {
    if (!agrees(data, row, ids.subarray(at * k, (at + 1) * k))) removed[row] = 1;
  });
  requireEveryClass(resampler, data, removed);
  return withoutRows(all, removed);
}

const allAgree = ({ y }: ResampleData, row: number, near: Int32Array): boolean =>
  near.every((other) => y[other] === y[row]);

function mostAgree({ y, classes }: ResampleData, row: number, near: Int32Array): boolean {
  const votes = new Int32Array(classes);
  for (const other of near) votes[y[other]!]! += 1;
  return votes.indexOf(Math.max(...votes)) === y[row];
}
