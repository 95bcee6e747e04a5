import type { Client } from "pg";
import type { ColumnBuilder } from "./column-builder.js";
import type { RowBatches } from "./row-batches.js";

type Put = (column: ColumnBuilder, row: number, text: string) => void;

/** What of pg's connection a query of one's own is given. */
interface Connection {
  readonly stream: NodeJS.ReadableStream & {
    setTimeout(ms: number, tell?: () => void): void;
    destroy(error?: Error): void;
  };
  parse(query: { text: string }): void;
  bind(values: { values: readonly string[] }): void;
  execute(limit: { rows: number }): void;
  sync(): void;
}

/**
 * Reads all rows of a query into batches. There is no object and no array for a row, and no question between two batches:
 * the server sends as fast as the network takes it, and the socket is paused while a batch is put away.
 */
export async function streamRows(
  client: Client,
  text: string,
  values: readonly string[],
  puts: readonly Put[],
  batches: RowBatches,
  silenceMs: number,
  explained: (work: Promise<void>) => Promise<void>,
): Promise<void> {
  let connection: Connection | undefined;
  let failure: { readonly error: unknown } | undefined;
  let pending = Promise.resolve();
  let waiting = 0;

  // What the sink threw is no fault of the database: the connection is of no use any more.
  const fail = (error: unknown) => {
    failure ??= { error };
    connection?.stream.destroy();
  };
  const handOn = () => {
    waiting += 1;
    connection?.stream.pause();
    pending = batches.handOn().then(() => {
      waiting -= 1;
      if (waiting === 0) connection?.stream.resume();
    }, fail);
  };
  const silent = () => {
    if (waiting === 0) connection?.stream.destroy(new Error(`the server said nothing for ${silenceMs / 1000} s`));
  };
  const rows = new Promise<void>((resolve, reject) => {
    client.query({
      submit(given: Connection) {
        connection = given;
        given.stream.setTimeout(silenceMs, silent);
        given.parse({ text });
        given.bind({ values });
        given.execute({ rows: 0 });
        given.sync();
        return null;
      },
      handleDataRow({ fields }: { fields: readonly (string | null)[] }) {
        const { columns, row } = batches;
        for (let index = 0; index < puts.length; index++) {
          const field = fields[index];
          if (field !== null) puts[index]!(columns[index]!, row, field!);
        }
        if (batches.endRow()) handOn();
      },
      handleRowDescription() {},
      handleCommandComplete() {},
      handlePortalSuspended() {},
      handleEmptyQuery() {},
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    } as unknown as Parameters<Client["query"]>[0]);
  });
  try {
    await explained(rows);
    await pending;
  } catch (error) {
    throw failure ? failure.error : error;
  } finally {
    connection?.stream.setTimeout(0);
  }
  if (failure) throw failure.error;
}
