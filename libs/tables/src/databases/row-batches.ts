import { columnBuilder, takeColumn, type BatchColumn, type ColumnBuilder, type Room } from "./column-builder.js";

export interface Batch {
  readonly rows: number;
  /** In the order of the columns; one that came up later is not in the batches before. */
  readonly columns: readonly BatchColumn[];
}

/** Takes rows from a driver at the driver's pace and hands them on in batches at the pace of whoever takes them. */
export interface RowBatches {
  readonly columns: readonly ColumnBuilder[];
  /** The row that is being filled. */
  row: number;
  add(name: string): ColumnBuilder;
  /** Ends a row. True where the batch is full: then `handOn` before more is read. */
  endRow(): boolean;
  /** Settles when the batch, and those before, were taken. */
  handOn(): Promise<void>;
}

const MOST_CELLS = 1 << 21;
const MOST_CHARACTERS = 1 << 23;
const FEWEST_ROWS = 64;

export function rowBatches(mostRows: number, take: (batch: Batch) => Promise<void>): RowBatches {
  const room: Room = { capacity: mostRows, characters: 0 };
  const columns: ColumnBuilder[] = [];
  let last = Promise.resolve();
  const batches: RowBatches = { columns, row: 0, add, endRow, handOn };
  return batches;

  function add(name: string): ColumnBuilder {
    columns.push(columnBuilder(name, room));
    return columns.at(-1)!;
  }

  function endRow(): boolean {
    batches.row += 1;
    return batches.row >= limit() || room.characters > MOST_CHARACTERS;
  }

  // A batch has room for `capacity` rows from its beginning on; with many columns it is handed on before.
  function limit(): number {
    return Math.min(room.capacity, Math.max(FEWEST_ROWS, Math.floor(MOST_CELLS / (columns.length + 1))));
  }

  function handOn(): Promise<void> {
    if (batches.row === 0) return last;
    const rows = batches.row;
    const batch = { rows, columns: columns.map((column) => takeColumn(column, rows)) };
    batches.row = 0;
    room.characters = 0;
    room.capacity = Math.min(mostRows, limit());
    last = last.then(() => take(batch));
    last.catch(() => undefined);
    return last;
  }
}
