import { streamChunks } from "../duckdb/stream-chunks.js";
import { readNumbers } from "../duckdb/vectors.js";
import { classReader, type Classes } from "./class-reader.js";
import { hashedText, numberWords, textWords } from "./column-words.js";
import { finishLanes, mixWords, newLanes } from "./hash-rows.js";
import { numberSummary, type NumberSummary } from "./number-summary.js";
import type { StagedRows } from "./staged-rows.js";

/** Columns by their places: which make the hash that deals the rows (all where none are named), which is the class, the time. */
export interface ScanRequest {
  readonly seed: number;
  readonly dealing?: readonly number[];
  readonly stratify?: number;
  readonly time?: number;
}

export interface ScannedRows {
  /** The hash of each whole row. */
  readonly whole: Float64Array;
  /** The hash that decides on which side a row is. */
  readonly dealing: Float64Array;
  readonly classes?: Classes;
  readonly times?: Float64Array;
  /** What the columns of numbers hold, by their places. */
  readonly numbers: ReadonlyMap<number, NumberSummary>;
}

/** One pass over all rows, `rows` of them: keeps some numbers a row and none of its values. */
export async function scanRows(staged: StagedRows, rows: number, request: ScanRequest): Promise<ScannedRows> {
  const whole = rowHasher(staged, rows, request.seed);
  const dealing = request.dealing ? rowHasher(staged, rows, request.seed, request.dealing) : whole;
  const classes = request.stratify === undefined ? undefined : classReader(staged.columns[request.stratify]!, rows);
  const times = request.time === undefined ? undefined : new Float64Array(rows);
  const names = staged.columns.map((_, index) => `c${index}`).join(", ");
  let offset = 0;
  for await (const chunk of streamChunks(staged.connection, `select ${names} from staged`)) {
    whole.read(chunk, offset);
    if (dealing !== whole) dealing.read(chunk, offset);
    classes?.read(chunk, request.stratify!, offset);
    if (times) readNumbers(chunk, request.time!, times, offset);
    offset += chunk.rowCount;
  }
  return { whole: whole.hashes, dealing: dealing.hashes, classes: classes?.classes(), times, numbers: whole.numbers };
}

type Chunk = Parameters<typeof readNumbers>[0];

/** Columns are mixed in by the order of their names, and the names themselves first: their order in a file is no matter. */
function rowHasher({ columns }: StagedRows, rows: number, seed: number, given?: readonly number[]) {
  const positions = given ?? columns.map((_, index) => index);
  const nameOf = (position: number) => columns[position]!.name;
  const sorted = [...positions].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [start] = hashedText(JSON.stringify([seed, ...sorted.map(nameOf)]));
  const numbers = new Map<number, NumberSummary>();
  const words = sorted.map((position) => {
    if (columns[position]!.kind === "text") return textWords();
    const summary = numberSummary();
    numbers.set(position, summary);
    return numberWords(summary);
  });
  const hashes = new Float64Array(rows);
  const read = (chunk: Chunk, offset: number) => {
    const { rowCount } = chunk;
    const lanes = newLanes(rowCount, start);
    words.forEach((column, index) => mixWords(lanes, column.of(chunk, sorted[index]!), rowCount));
    finishLanes(lanes, hashes, offset, rowCount);
  };
  return { hashes, read, numbers };
}
