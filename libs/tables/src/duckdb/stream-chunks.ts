import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";

/** The result of a query chunk by chunk, in its order, without holding the whole. */
export async function* streamChunks(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}
