import { refuseCancelled } from "../data/cancelled.js";
import { ProblemError } from "@millrace/contracts";
import { teamOf, type Team } from "@millrace/kernels";
import { requireColumns, type Matrix, type Numbers } from "../data/matrix.js";
import { MOST_THREADS, sumsOf } from "../trees/score-program.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import { openShapProgram, type ShapProgram } from "./tree-shap-program.js";

/**
 * What each column gave to each output, by Shapley values of the trees (path-dependent, Lundberg et al. 2020). Outputs are
 * the scores before the link of boosted trees, and the values themselves of averaged trees. The values of a row's output and
 * its base add up to the score.
 */
export interface ShapValues {
  /** rows × outputs × columns. */
  readonly values: Float64Array;
  /** What the model is expected to give when no column is known, by output. */
  readonly base: Float64Array;
}

export interface ShapOptions {
  /** The result is the same to the bit for every number. */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

const MOST_VALUES = 2 ** 29;

export function treeShap(state: TreeModelState, x: Matrix, options: ShapOptions = {}): ShapValues {
  requireColumns(x, state.columns);
  const rowValues = sumsOf(state) * state.columns;
  refuseLarge(x.rows, sumsOf(state), state.columns);
  const team = teamOf(Math.min(options.threads ?? 1, MOST_THREADS));
  const opened = openShapProgram(state, team.threads, Math.max(1, x.rows));
  const values = new Float64Array(x.rows * rowValues);
  for (let first = 0; first < x.rows; first += opened.blockRows) {
    refuseCancelled(options.signal, "the explanation");
    const last = Math.min(first + opened.blockRows, x.rows);
    values.set(explainBlock(opened, x, first, last, rowValues, team), first * rowValues);
    options.onProgress?.(last, x.rows);
  }
  finish(state, values);
  return { values, base: baseOf(state, opened) };
}

function refuseLarge(rows: number, outputs: number, columns: number): void {
  if (rows * outputs * columns <= MOST_VALUES) return;
  const gigabytes = Math.ceil((rows * outputs * columns * 8) / 2 ** 30);
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `contributions of ${rows} rows × ${outputs} outputs × ${columns} columns need ${gigabytes} GB, more than 4 GB.`,
    remedy: "Explain fewer rows at a time.",
  });
}

function explainBlock(
  { program, model, trees, treeCount, rows, values, rooms, chunkRows }: ShapProgram,
  x: Matrix,
  first: number,
  last: number,
  rowValues: number,
  team: Team,
): Float64Array {
  const { buffer } = program.memory;
  const block = x.values.subarray(first * x.columns, last * x.columns);
  new Float32Array(buffer, rows, block.length).set(block);
  const sums = new Float64Array(buffer, values, (last - first) * rowValues).fill(0);
  const share = Math.ceil((last - first) / team.threads);
  team.run(program, "explainRows", (thread) => {
    const begin = Math.min(thread * share, last - first);
    const { slots, agrees, products, sums: room, tables } = rooms[thread]!;
    const end = Math.min(begin + share, last - first);
    const task = [model, trees, treeCount, begin, end, rows, values, slots, agrees, products, room];
    return [...task, tables?.record ?? 0, chunkRows];
  });
  return sums;
}

const countOf = ({ combine, trees }: TreeModelState): number => (combine === "averaged" ? trees.roots.length - 1 : 1);

function finish(state: TreeModelState, values: Float64Array): void {
  const count = countOf(state);
  if (count !== 1) for (let index = 0; index < values.length; index++) values[index]! /= count;
}

const baseOf = (state: TreeModelState, { expected }: ShapProgram): Float64Array =>
  expected.map((value, output) => value / countOf(state) + (state.combine === "boosted" ? state.init[output]! : 0));

/** Prepares a function that explains rows one by one: outputs × columns. It gives what treeShap gives, but for rounding. */
export function compileShap(state: TreeModelState): { explain(features: Numbers): Float64Array; base: Float64Array } {
  const opened = openShapProgram(state, 1, 1);
  const team = teamOf(1);
  const rowValues = sumsOf(state) * state.columns;
  function explain(values: Numbers): Float64Array {
    const x = { rows: 1, columns: state.columns, values };
    const explained = Float64Array.from(explainBlock(opened, x, 0, 1, rowValues, team));
    finish(state, explained);
    return explained;
  }
  return { explain, base: baseOf(state, opened) };
}

export interface Contribution {
  readonly column: number;
  readonly value: number;
}

/** The columns that gave most to one output, either way, the greatest first. */
export function topContributions(values: Numbers, count: number): Contribution[] {
  return Array.from(values, (value, column) => ({ column, value }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.column - b.column)
    .slice(0, count);
}
