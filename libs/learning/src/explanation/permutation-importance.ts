import { ProblemError } from "@millrace/contracts";
import { refuseCancelled } from "../data/cancelled.js";
import type { Random } from "../data/random.js";
import type { WhatIf } from "./what-if.js";

export interface PermutationQuestion<Input> {
  readonly rows: WhatIf<Input>;
  /** rows × outputs. */
  readonly predict: (input: Input) => Float64Array;
  /** A metric of the predictions, as by `measureOf`; more must be better unless `lessIsBetter`. */
  readonly score: (outputs: Float64Array) => number | undefined;
  readonly lessIsBetter?: boolean;
  /** Columns that are shuffled together, as those that a one-hot encoding made; each by itself by default. */
  readonly groups?: readonly (readonly number[])[];
  /** 5 by default. */
  readonly repeats?: number;
  readonly random: Random;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

export interface PermutationImportance {
  /** The score on the rows as they are. */
  readonly score: number;
  readonly groups: readonly {
    readonly columns: readonly number[];
    /** By how much the score is worse with the columns shuffled, on average, and how much that varies. */
    readonly mean: number;
    readonly deviation: number;
    readonly drops: readonly number[];
  }[];
}

/** How much worse a model is when a column says nothing any more (Breiman 2001; Fisher, Rudin & Dominici 2019). */
export function permutationImportance<Input>(question: PermutationQuestion<Input>): PermutationImportance {
  const { rows, predict, repeats = 5, onProgress, signal } = question;
  const groups = question.groups ?? Array.from({ length: rows.columns }, (_, column) => [column]);
  const total = groups.length * repeats;
  const score = defined(question.score(predict(rows.input)));
  let done = 0;
  const measured = groups.map((columns) => {
    const drops = Array.from({ length: repeats }, (_, repeat) => {
      refuseCancelled(signal, "permutation importance", { done: done, total: total });
      const drop = dropOf(question, score, columns, repeat);
      onProgress?.(++done, total);
      return drop;
    });
    return { columns, ...spread(drops), drops };
  });
  return { score, groups: measured };
}

/** The order depends on the columns and the seed alone, so that asking about other columns too changes nothing. */
function dropOf<Input>(
  { rows, predict, score: scoreOf, random, lessIsBetter }: PermutationQuestion<Input>,
  score: number,
  columns: readonly number[],
  repeat: number,
): number {
  const order = Uint32Array.from({ length: rows.rows }, (_, row) => row);
  random.fork(`${columns.join(",")}/${repeat}`).shuffle(order);
  const without = defined(scoreOf(predict(rows.shuffled(columns, order))));
  return lessIsBetter ? without - score : score - without;
}

function spread(drops: readonly number[]): { mean: number; deviation: number } {
  const mean = drops.reduce((sum, drop) => sum + drop, 0) / drops.length;
  const squares = drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / drops.length) };
}

function defined(score: number | undefined): number {
  if (score !== undefined) return score;
  throw new ProblemError({
    code: "METRIC_UNDEFINED",
    message: "the metric has no value on these rows, so no column can change it.",
    remedy: "Give rows of every class, or another metric.",
  });
}
