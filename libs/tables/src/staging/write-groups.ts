import { numberPages, textPages } from "../parquet/column-pages.js";
import { GROUP_ROWS } from "../parquet/parquet-format.js";
import { openParquetWriter } from "../parquet/parquet-writer.js";
import type { Block, CodedTexts } from "../plain/row-store.js";
import { blocksOf } from "./blocks.js";
import type { StagedColumn } from "./row-sink.js";
import type { StagedRows } from "./staged-rows.js";

/** Some rows of a block, by their places in it. */
interface Part {
  readonly block: Block;
  readonly places: Int32Array;
}

/** Writes the rows that are wanted, of all rows in their order, as Parquet. */
export async function writeGroups(
  staged: StagedRows,
  isWanted: ((row: number) => boolean) | undefined,
  path: string,
): Promise<void> {
  const writer = await openParquetWriter(path, staged.columns);
  // One column is written before the next one is asked for, so that they can have one place.
  const numbers = new Float64Array(GROUP_ROWS);
  try {
    for await (const group of groups(blocksOf(staged), isWanted)) {
      const rows = group.reduce((sum, { places }) => sum + places.length, 0);
      await writer.writeGroup(rows, (column) => pagesOf(group, column, staged.columns[column]!.kind, numbers));
    }
    await writer.end();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Groups of the same number of rows, whatever the blocks are: so the same rows give the same bytes. */
async function* groups(blocks: AsyncIterable<Block>, isWanted: ((row: number) => boolean) | undefined) {
  let [parts, room, offset]: [Part[], number, number] = [[], GROUP_ROWS, 0];
  for await (const block of blocks) {
    let places = placesIn(block.rows, offset, isWanted);
    offset += block.rows;
    while (places.length > 0) {
      parts.push({ block, places: places.subarray(0, room) });
      const taken = Math.min(room, places.length);
      [places, room] = [places.subarray(taken), room - taken];
      if (room > 0) continue;
      yield parts;
      [parts, room] = [[], GROUP_ROWS];
    }
  }
  if (parts.length > 0) yield parts;
}

function placesIn(rows: number, offset: number, isWanted: ((row: number) => boolean) | undefined): Int32Array {
  const places = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (!isWanted || isWanted(offset + row)) places[count++] = row;
  return places.subarray(0, count);
}

const pagesOf = (group: readonly Part[], column: number, kind: StagedColumn["kind"], numbers: Float64Array) =>
  kind === "number" ? numberPages(numbersOf(group, column, numbers)) : textPages(() => textsOf(group, column));

function numbersOf(group: readonly Part[], column: number, numbers: Float64Array): Float64Array {
  let at = 0;
  for (const { block, places } of group) {
    const values = block.numbers(column);
    for (let index = 0; index < places.length; index++) numbers[at++] = values[places[index]!]!;
  }
  return numbers.subarray(0, at);
}

function* textsOf(group: readonly Part[], column: number): Generator<CodedTexts> {
  for (const { block, places } of group) {
    const { codes, dictionary } = block.texts(column);
    const chosen = new Int32Array(places.length);
    for (let index = 0; index < places.length; index++) chosen[index] = codes[places[index]!]!;
    yield { codes: chosen, dictionary };
  }
}
