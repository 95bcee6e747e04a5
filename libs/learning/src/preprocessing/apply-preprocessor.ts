import type { Table } from "@millrace/contracts";
import type { Matrix } from "../data/matrix.js";
import { numbersAsTexts } from "./categories-of.js";
import { placedChains, type PlacedChain } from "./chain-outputs.js";
import type { Cells } from "./encoder.js";
import { encoderOf } from "./encoders.js";
import { filledColumns, type FilledColumns } from "./fill-neighbours.js";
import { transformOf } from "./number-transforms.js";
import { refuseTooLarge, valueMissing } from "./preprocess-problem.js";
import type { ChainState, PreprocessorState } from "./preprocessor-state.js";
import type { TextSource } from "./source-columns.js";

export { compileRow, compileRowInto, isByPosition, type Row } from "./compile-row.js";

// What fits into the cache of a core while one column after the other is written.
const BLOCK_VALUES = 32_768;

/** Writes what a chain makes of the rows from `from` to `to`. */
type Writer = (from: number, to: number) => void;

/** The matrix that a model learns from and predicts with: float32, NaN where a value is missing. */
export function applyPreprocessor(state: PreprocessorState, table: Table): Matrix {
  refuseTooLarge(table.rows, state.outputs.length);
  return matrixOfColumns(state, filledColumns(state, table));
}

export function matrixOfColumns(state: PreprocessorState, given: FilledColumns): Matrix {
  const { rows } = given;
  const columns = state.outputs.length;
  refuseTooLarge(rows, columns);
  const values = new Float32Array(rows * columns);
  const writers = placedChains(state).flatMap((placed) => writersOf(placed, given, { values, columns }));
  const block = Math.max(64, Math.floor(BLOCK_VALUES / Math.max(1, columns)));
  for (let from = 0; from < rows; from += block) for (const write of writers) write(from, Math.min(from + block, rows));
  return { rows, columns, values };
}

interface Into {
  readonly values: Float32Array;
  readonly columns: number;
}

function writersOf({ chain, offset, width }: PlacedChain, { sources, filled }: FilledColumns, into: Into): Writer[] {
  const source = sources.get(chain.column)!;
  const raw = source.kind === "number" ? source.values : source;
  const values = filled.get(chain.column) ?? raw;
  refuseMissing(chain, values);
  const indicator = chain.indicator ? [missingWriter(raw, offset + width - 1, into)] : [];
  if (!(values instanceof Float32Array)) return [categoryWriter(chain, values, offset, into), ...indicator];
  const write = chain.encoder
    ? categoryWriter(chain, numbersAsTexts(afterSteps(chain, values)), offset, into)
    : numberWriter(chain, values, offset, into);
  return [write, ...indicator];
}

function refuseMissing({ column, kind, missing }: ChainState, values: Float32Array | TextSource): void {
  if (missing === "taken") return;
  const isThere = values instanceof Float32Array ? values.some(Number.isNaN) : values.codes.includes(-1);
  if (isThere) throw valueMissing(column, kind);
}

function afterSteps({ steps }: ChainState, values: Float32Array): Float32Array {
  const work = values.slice();
  for (const step of steps) transformOf(step).apply(step, work);
  return work;
}

function numberWriter(
  chain: ChainState,
  values: Float32Array,
  offset: number,
  { values: into, columns }: Into,
): Writer {
  return (from, to) => {
    const work = afterSteps(chain, values.subarray(from, to));
    for (let row = 0, at = from * columns + offset; row < work.length; row++, at += columns) into[at] = work[row]!;
  };
}

function missingWriter(values: Float32Array | TextSource, offset: number, { values: into, columns }: Into): Writer {
  const isMissing =
    values instanceof Float32Array
      ? (row: number) => Number.isNaN(values[row])
      : (row: number) => values.codes[row]! < 0;
  return (from, to) => {
    for (let row = from; row < to; row++) if (isMissing(row)) into[row * columns + offset] = 1;
  };
}

/** Each category is looked up once, not once a row. The last cells are those of a missing one. */
function categoryWriter(chain: ChainState, { codes, dictionary }: TextSource, offset: number, into: Into): Writer {
  const cells = encoderOf(chain.encoder!).cells(chain.encoder!);
  const missing = cells(chain.fill ?? undefined);
  const known = dictionary.map((text) => cells(text));
  const all = [...known, missing];
  return all.every(({ positions }) => positions.length <= 1)
    ? singleWriter(codes, all, offset, into)
    : severalWriter(codes, all, offset, into);
}

function singleWriter(codes: Int32Array, cells: readonly Cells[], offset: number, { values, columns }: Into): Writer {
  const positions = Int32Array.from(cells, (cell) => cell.positions[0] ?? -1);
  const numbers = Float32Array.from(cells, (cell) => cell.values[0] ?? 0);
  const missing = cells.length - 1;
  return (from, to) => {
    for (let row = from, at = from * columns + offset; row < to; row++, at += columns) {
      const code = codes[row]! < 0 ? missing : codes[row]!;
      if (positions[code]! >= 0) values[at + positions[code]!] = numbers[code]!;
    }
  };
}

function severalWriter(codes: Int32Array, cells: readonly Cells[], offset: number, { values, columns }: Into): Writer {
  const missing = cells.at(-1)!;
  return (from, to) => {
    for (let row = from, at = from * columns + offset; row < to; row++, at += columns) {
      const cell = codes[row]! < 0 ? missing : cells[codes[row]!]!;
      for (let index = 0; index < cell.positions.length; index++)
        values[at + cell.positions[index]!] = cell.values[index]!;
    }
  };
}
