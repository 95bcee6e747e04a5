import { ProblemError } from "@millrace/contracts";
import { refuseCancelled } from "../data/cancelled.js";
import type { Random } from "../data/random.js";
import { weightsOf, type Measure, type Weights } from "./measure.js";

export interface Resampling {
  readonly rows: number;
  readonly random: Random;
  /** 1000 by default. */
  readonly replicates?: number;
  /** The code of the group of each row, as its class: each group keeps its size in every resample. */
  readonly strata?: Int32Array;
  /** How much each row counts whenever it is drawn. */
  readonly weights?: Weights;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

/**
 * The measures on resamples of the rows with replacement (Efron 1979), every measure on the same ones; NaN where it has no
 * value. A resample is the count of how often each row was drawn, so nothing is copied or sorted again.
 */
export function bootstrap(measures: readonly Measure[], resampling: Resampling): Float64Array[] {
  const { rows, replicates = 1000, onProgress, signal } = resampling;
  requireReplicates(replicates);
  // A fork of its own: the same seed draws the same rows for whatever is measured, first or later.
  const random = resampling.random.fork("resamples");
  const base = resampling.weights && weightsOf(resampling.weights, rows);
  const groups = groupsOf(resampling);
  const values = measures.map(() => new Float64Array(replicates));
  const weights = new Float64Array(rows);
  for (let replicate = 0; replicate < replicates; replicate++) {
    refuseCancelled(signal, "resampling", { done: replicate, total: replicates });
    weights.fill(0);
    for (const group of groups) draw(group, random, weights);
    base?.forEach((weight, row) => (weights[row]! *= weight));
    measures.forEach((measure, index) => (values[index]![replicate] = measure(weights) ?? NaN));
    onProgress?.(replicate + 1, replicates);
  }
  return values;
}

/** As many rows as the group has, each as likely as the other. */
function draw(group: Uint32Array, random: Random, counts: Float64Array): void {
  for (let drawn = 0; drawn < group.length; drawn++) counts[group[random.integer(group.length)]!]! += 1;
}

/** The rows of each stratum; all of them where there are none. */
export function groupsOf({ rows, strata }: Pick<Resampling, "rows" | "strata">): Uint32Array[] {
  if (strata === undefined) return [Uint32Array.from({ length: rows }, (_, row) => row)];
  if (strata.length !== rows) throw unlike(strata.length, rows);
  const groups = new Map<number, number[]>();
  strata.forEach((code, row) => {
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code)!.push(row);
  });
  return [...groups.keys()].sort((a, b) => a - b).map((code) => Uint32Array.from(groups.get(code)!));
}

function requireReplicates(replicates: number): void {
  if (Number.isInteger(replicates) && replicates >= 10) return;
  throw new ProblemError({
    code: "REPLICATES_INVALID",
    message: `${replicates} resamples tell nothing of the spread.`,
    remedy: "Take a whole number of at least 10; 1000 and more are usual.",
  });
}

const unlike = (codes: number, rows: number): ProblemError =>
  new ProblemError({
    code: "STRATA_INVALID",
    message: `there are ${codes} codes of groups for ${rows} rows.`,
    remedy: "Give the group of each row.",
  });
