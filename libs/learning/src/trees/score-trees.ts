import { programOn, teamOf, type Team } from "@millrace/kernels";
import { outputsOf, type RowModel } from "../models/family.js";
import { requireColumns, type Matrix } from "../data/matrix.js";
import { linkScores } from "./score-link.js";
import { MOST_THREADS, openScoreProgram, type ScoreProgram } from "./score-program.js";
import type { TreeModelState } from "./tree-ensemble.js";

export interface ScoreOptions {
  /** The result is the same to the bit for every number. */
  readonly threads?: number;
}

/** rows × outputs. Trees ask float32 values; sums are float64 in the order of the trees, for one row as for a table. */
export function predictTrees(state: TreeModelState, x: Matrix, options: ScoreOptions = {}): Float64Array {
  const sums = scoreTrees(state, x, options);
  const outputs = outputsOf(state);
  const width = sums.length / Math.max(1, x.rows);
  if (state.link === "none") return sums;
  const values = new Float64Array(x.rows * outputs);
  for (let row = 0; row < x.rows; row++) linkScores(state, sums, row * width, width, values, row * outputs);
  return values;
}

/** What the leaves add up to, before the link: rows × scores, or the mean rows of averaged trees. */
export function scoreTrees(state: TreeModelState, x: Matrix, { threads = 1 }: ScoreOptions = {}): Float64Array {
  requireColumns(x, state.columns);
  const opened = programOf(state);
  const all = new Float64Array(x.rows * opened.sums);
  const team = teamOf(Math.min(threads, MOST_THREADS));
  for (let first = 0; first < x.rows; first += opened.blockRows) {
    const last = Math.min(first + opened.blockRows, x.rows);
    all.set(scoreBlock(opened, x, first, last, team), first * opened.sums);
  }
  divideMeans(state, all);
  return all;
}

function scoreBlock(opened: ScoreProgram, x: Matrix, first: number, last: number, team: Team): Float64Array {
  const { program, model, block, blockSums, slots, leaves, chunkRows, sums } = opened;
  const { buffer } = program.memory;
  const values = x.values.subarray(first * x.columns, last * x.columns);
  new Float32Array(buffer, block, values.length).set(values);
  const share = Math.ceil((last - first) / team.threads);
  team.run(program, "scoreRows", (thread) => {
    const begin = Math.min(thread * share, last - first);
    const end = Math.min(begin + share, last - first);
    return [model, begin, end, block, blockSums, slots[thread]!, leaves[thread]!, chunkRows];
  });
  return new Float64Array(buffer, blockSums, (last - first) * sums);
}

/** A division by the count of trees, the same for one row and for a table. */
function divideMeans({ combine, trees }: TreeModelState, sums: Float64Array): void {
  if (combine !== "averaged") return;
  const count = trees.roots.length - 1;
  for (let index = 0; index < sums.length; index++) sums[index]! /= count;
}

/** Programs live as long as their states. */
const programs = new WeakMap<TreeModelState, ScoreProgram>();

function programOf(state: TreeModelState): ScoreProgram {
  const known = programs.get(state);
  if (known !== undefined) return known;
  const opened = openScoreProgram(state);
  programs.set(state, opened);
  return opened;
}

/** A program without what can't go from one thread to another. */
export type SentProgram = Omit<ScoreProgram, "program"> & { readonly memory: ScoreProgram["program"]["memory"] };

/** Writes the trees into the memory of a kernel, for the thread that is to ask them. */
export function prepareTrees(state: TreeModelState): SentProgram {
  const { program, ...rest } = programOf(state);
  return { ...rest, memory: program.memory };
}

/** Takes over what another thread prepared for the same trees: nothing is left to be written here. */
export function adoptTrees(state: TreeModelState, { memory, ...rest }: SentProgram): void {
  programs.set(state, { ...rest, program: programOn("scoring", memory) });
}

export function compileTrees(state: TreeModelState): RowModel {
  const { program, model, row, rowSlots, rowLeaves, rowSums, sums } = programOf(state);
  const { buffer } = program.memory;
  const asked = new Float32Array(buffer, row, state.columns);
  const scores = new Float64Array(buffer, rowSums, sums);
  const outputs = outputsOf(state);
  return (features) => {
    for (let column = 0; column < asked.length; column++) asked[column] = features[column]!;
    program.call("scoreRow", model, row, rowSlots, rowLeaves, rowSums);
    divideMeans(state, scores);
    const values = new Float64Array(outputs);
    linkScores(state, scores, 0, sums, values, 0);
    return values;
  };
}
