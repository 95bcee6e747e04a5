import type { Table } from "@millrace/contracts";
import { fillNeighbours, type FilledColumns } from "./fill-neighbours.js";
import { chainOutputs } from "./chain-outputs.js";
import { fitChain } from "./fit-chain.js";
import { fitDerived } from "./fit-derived.js";
import { fitNeighbours, type NeighboursState } from "./knn-impute.js";
import {
  consumedColumns,
  planOf,
  planSteps,
  refuseUnknownColumns,
  type ColumnPlan,
  type Plan,
} from "./plan-columns.js";
import { nothingToLearn } from "./preprocess-problem.js";
import type { ImputeNumeric, PreprocessStep } from "./preprocess-steps.js";
import type { ChainState, InputState, PreprocessorState } from "./preprocessor-state.js";
import { sourceColumns, type NumberSource, type SourceColumns } from "./source-columns.js";
import type { Target } from "./target-encode.js";

export interface FitOptions {
  readonly features: readonly string[];
  /** Needed where a column is encoded by the target. */
  readonly target?: Target;
  /** For what is drawn: rows of quantiles and neighbours, folds of the target encoding. */
  readonly seed?: number;
}

/** Learns from a table what the steps need: means, widths, categories. */
export const fitPreprocessor = (
  table: Table,
  steps: readonly PreprocessStep[],
  options: FitOptions,
): PreprocessorState => fitKeepingColumns(table, steps, options).state;

/** The same, with the columns that it learnt from, for those who go on with them. */
export function fitKeepingColumns(
  table: Table,
  steps: readonly PreprocessStep[],
  { features, target, seed = 0 }: FitOptions,
): { readonly state: PreprocessorState; readonly columns: FilledColumns } {
  const plan = planSteps(steps);
  const { inputs, derived } = fitDerived(table, features, plan);
  const sources = sourceColumns({ inputs, derived }, table);
  const plans = plansOf(plan, features, sources, new Set(derived.map(({ name }) => name)));
  const neighbours = fitAllNeighbours(plans, sources, seed);
  const filled = fillNeighbours(neighbours, sources);
  const chains = [...plans].map(([column, plan]) =>
    fitChain({ column, plan, source: sources.get(column)!, filled: filled.get(column), target, seed }),
  );
  const state = {
    format: "millrace-preprocessor/2" as const,
    inputs: inputs.map((input) => withMissing(input, chains)),
    ...{ derived, neighbours, chains, outputs: chains.flatMap(chainOutputs) },
  };
  return { state, columns: { rows: table.rows, sources, filled } };
}

/** Every feature and derived column that something comes out of, with its steps. */
function plansOf(
  plan: Plan,
  features: readonly string[],
  sources: SourceColumns,
  derived: ReadonlySet<string>,
): Map<string, ColumnPlan> {
  const consumed = consumedColumns(plan);
  const columns = [...features, ...derived].filter((column) => !consumed.has(column));
  refuseUnknownColumns(plan, new Set([...features, ...derived]));
  return new Map(columns.map((column) => [column, planOf(plan, column, sources.get(column)!.kind)]));
}

/** One imputer for all columns that the same step fills by their neighbours. */
function fitAllNeighbours(
  plans: ReadonlyMap<string, ColumnPlan>,
  sources: SourceColumns,
  seed: number,
): NeighboursState[] {
  const columnsOf = new Map<ImputeNumeric, string[]>();
  for (const [column, { fillNumbers: step }] of plans)
    if (step?.with === "knn") columnsOf.set(step, [...(columnsOf.get(step) ?? []), column]);
  return [...columnsOf].map(([step, columns]) => {
    const values = columns.map((column) => (sources.get(column) as NumberSource).values);
    const empty = values.findIndex((numbers) => numbers.every(Number.isNaN));
    if (empty >= 0) throw nothingToLearn(columns[empty]!);
    return fitNeighbours(columns, values, step, seed);
  });
}

function withMissing(input: InputState, chains: readonly ChainState[]): InputState {
  const chain = chains.find(({ column }) => column === input.name);
  return { ...input, missing: chain?.missing ?? "taken" };
}
