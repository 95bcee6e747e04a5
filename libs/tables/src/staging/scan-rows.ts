import type { Block } from "../plain/row-store.js";
import { blocksOf } from "./blocks.js";
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
  let offset = 0;
  for await (const block of blocksOf(staged)) {
    whole.read(block, offset);
    if (dealing !== whole) dealing.read(block, offset);
    classes?.read(block, request.stratify!, offset);
    times?.set(block.numbers(request.time!), offset);
    offset += block.rows;
  }
  return { whole: whole.hashes, dealing: dealing.hashes, classes: classes?.classes(), times, numbers: whole.numbers };
}

/** Columns are mixed in by the order of their names, and the names themselves first: their order in a file is no matter. */
function rowHasher({ columns }: StagedRows, rows: number, seed: number, given?: readonly number[]) {
  const positions = given ?? columns.map((_, index) => index);
  const nameOf = (position: number) => columns[position]!.name;
  const sorted = [...positions].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [start] = hashedText(Buffer.from(JSON.stringify([seed, ...sorted.map(nameOf)]), "utf8"));
  const numbers = new Map<number, NumberSummary>();
  const words = sorted.map((position) => {
    if (columns[position]!.kind === "text") return textWords();
    const summary = numberSummary();
    numbers.set(position, summary);
    return numberWords(summary);
  });
  const hashes = new Float64Array(rows);
  const read = (block: Block, offset: number) => {
    const lanes = newLanes(block.rows, start);
    words.forEach((column, index) => mixWords(lanes, column.of(block, sorted[index]!), block.rows));
    finishLanes(lanes, hashes, offset, block.rows);
  };
  return { hashes, read, numbers };
}
