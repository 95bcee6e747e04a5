import { blobValue, type DuckDBConnection } from "@duckdb/node-api";

/** One bit a row, the first row's in the highest place, as DuckDB's get_bit counts them. */
export const noRows = (rows: number): Uint8Array => new Uint8Array(Math.max(1, Math.ceil(rows / 8)));

export const choose = (bits: Uint8Array, row: number): void => {
  bits[row >> 3]! |= 128 >> (row & 7);
};

export const isChosen = (bits: Uint8Array, row: number): boolean => (bits[row >> 3]! & (128 >> (row & 7))) !== 0;

/** Makes the bits known to queries of this connection: a filter that needs no join and keeps the order of rows. */
export async function setChosen(connection: DuckDBConnection, bits: Uint8Array): Promise<void> {
  await connection.run("set variable chosen = ($1::blob)::bit", [blobValue(bits)]);
}

export const isChosenSql = (chosen: boolean): string =>
  `get_bit(getvariable('chosen'), rowid::integer) = ${chosen ? 1 : 0}`;
