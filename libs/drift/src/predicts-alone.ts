import type { Column } from "@millrace/contracts";
import { binsOf, hasFewValues, type Bins } from "./column-bins.js";
import { hashWords } from "./hash.js";

const mostBins = 32;
const mostClasses = 20;
const folds = 2;
/** How many rows of the target's usual kind each bin is taken to have beside its own. */
const caution = 1;

/**
 * How much of what is not known of the target a column tells by itself, from 0 to 1: of classes the uncertainty coefficient,
 * of numbers R². What a bin says is learned from one half of the rows and judged by the other, so that a column that is
 * different in each row tells nothing. Rows without a target do not count; a missing value is a bin of its own.
 */
export function predictsAlone(column: Column, target: Column): number {
  const bins = binsOf(column, mostBins);
  if (hasFewValues(target, mostClasses)) return uncertaintyCoefficient(bins, binsOf(target, mostClasses));
  return target.kind === "number" ? explainedVariance(bins, target.values) : 0;
}

/** Rows next to each other may belong together: a hash of the row's number decides. */
const foldOf = (row: number): number => hashWords(row, 0x9e3779b9) % folds;

function uncertaintyCoefficient(bins: Bins, target: Bins): number {
  const { counts, totals } = countFolds(bins, target);
  let [loss, usual] = [0, 0];
  target.codes.forEach((code, row) => {
    if (code < 0) return;
    const other = 1 - foldOf(row);
    const prior = (totals[other]![code]! + 1 / target.count) / (sumOf(totals[other]!) + 1);
    const inBin = counts[other]![bins.codes[row]! + 1];
    const share = ((inBin?.[code] ?? 0) + caution * prior) / ((inBin === undefined ? 0 : sumOf(inBin)) + caution);
    loss -= Math.log(share);
    usual -= Math.log(prior);
  });
  return usual > 0 ? clamp(1 - loss / usual) : 0;
}

/** For each fold how often each class comes, in each bin (missing ones first) and in all. */
function countFolds(bins: Bins, target: Bins): { counts: Float64Array[][]; totals: Float64Array[] } {
  const counts = perFold(() => Array.from<Float64Array>({ length: bins.count + 1 }));
  const totals = perFold(() => new Float64Array(target.count));
  target.codes.forEach((code, row) => {
    if (code < 0) return;
    const fold = foldOf(row);
    (counts[fold]![bins.codes[row]! + 1] ??= new Float64Array(target.count))[code]!++;
    totals[fold]![code]!++;
  });
  return { counts, totals };
}

function explainedVariance(bins: Bins, target: Float64Array): number {
  const known = [...target.keys()].filter((row) => Number.isFinite(target[row]));
  const mean = known.reduce((sum, row) => sum + target[row]! / known.length, 0);
  const [sums, rows] = [
    perFold(() => new Float64Array(bins.count + 1)),
    perFold(() => new Float64Array(bins.count + 1)),
  ];
  for (const row of known) {
    const [fold, bin] = [foldOf(row), bins.codes[row]! + 1];
    sums[fold]![bin]! += target[row]! - mean;
    rows[fold]![bin]!++;
  }
  let [left, all] = [0, 0];
  for (const row of known) {
    const [other, bin] = [1 - foldOf(row), bins.codes[row]! + 1];
    left += (target[row]! - mean - sums[other]![bin]! / (rows[other]![bin]! + caution)) ** 2;
    all += (target[row]! - mean) ** 2;
  }
  return all > 0 && Number.isFinite(all) ? clamp(1 - left / all) : 0;
}

const perFold = <Each>(made: () => Each): Each[] => Array.from({ length: folds }, made);
const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const clamp = (share: number): number => Math.min(1, Math.max(0, share));
