import type { Table } from "@millrace/contracts";
import { compileNeighbours, type NeighboursState } from "./knn-impute.js";
import type { PreprocessorState } from "./preprocessor-state.js";
import { sourceColumns, type NumberSource, type SourceColumns } from "./source-columns.js";

/** Raw and derived columns, and those that are filled by their neighbours. */
export interface FilledColumns {
  readonly rows: number;
  readonly sources: SourceColumns;
  readonly filled: ReadonlyMap<string, Float32Array>;
}

export function filledColumns(state: PreprocessorState, table: Table): FilledColumns {
  const sources = sourceColumns(state, table);
  return { rows: table.rows, sources, filled: fillNeighbours(state.neighbours, sources) };
}

/** The columns that are filled by their neighbours, by name, with their values afterwards. */
export function fillNeighbours(states: readonly NeighboursState[], sources: SourceColumns): Map<string, Float32Array> {
  const filled = new Map<string, Float32Array>();
  for (const state of states) {
    const columns = state.columns.map((name) => (sources.get(name) as NumberSource).values.slice());
    fillRows(state, columns);
    state.columns.forEach((name, index) => filled.set(name, columns[index]!));
  }
  return filled;
}

function fillRows(state: NeighboursState, columns: readonly Float32Array[]): void {
  const fill = compileNeighbours(state);
  const row = new Float32Array(columns.length);
  for (let index = 0; index < columns[0]!.length; index++) {
    for (let column = 0; column < columns.length; column++) row[column] = columns[column]![index]!;
    fill(row);
    for (let column = 0; column < columns.length; column++) columns[column]![index] = row[column]!;
  }
}
