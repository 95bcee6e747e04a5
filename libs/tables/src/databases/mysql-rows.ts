import type { Connection } from "mysql2";
import type { ColumnBuilder } from "./column-builder.js";
import type { RowBatches } from "./row-batches.js";

type Put = (column: ColumnBuilder, row: number, value: unknown) => void;

/** Reads all rows of a query into batches; the connection is paused while a batch is put away. */
export async function streamMysqlRows(
  connection: Connection,
  sql: string,
  values: readonly string[],
  puts: readonly Put[],
  batches: RowBatches,
  silenceMs: number,
  explained: (work: Promise<void>) => Promise<void>,
): Promise<void> {
  let pending = Promise.resolve();
  let waiting = 0;
  let failure: { readonly error: unknown } | undefined;
  let quiet: NodeJS.Timeout | undefined;

  const rows = new Promise<void>((resolve, reject) => {
    const handOn = () => {
      waiting += 1;
      connection.pause();
      pending = batches.handOn().then(
        () => {
          waiting -= 1;
          quiet?.refresh();
          if (waiting === 0) connection.resume();
        },
        (error: unknown) => {
          failure ??= { error };
          connection.destroy();
          reject(error as Error);
        },
      );
    };
    const silent = () => {
      if (waiting > 0) return;
      connection.destroy();
      reject(new Error(`the server said nothing for ${silenceMs / 1000} s`));
    };
    quiet = setTimeout(silent, silenceMs);
    const ended = () => reject(new Error("the connection was closed before the last row"));
    connection.on("error", reject);
    connection.on("end", ended);
    const command = connection.execute(sql, [...values]);
    command.on("result", (row: unknown) => {
      const cells = row as unknown[];
      for (let index = 0; index < puts.length; index++) {
        const cell = cells[index];
        if (cell !== null && cell !== undefined) puts[index]!(batches.columns[index]!, batches.row, cell);
      }
      if (!batches.endRow()) return;
      quiet!.refresh();
      handOn();
    });
    command.on("error", reject);
    command.on("end", () => resolve());
  });
  try {
    await explained(rows);
    await pending;
  } catch (error) {
    throw failure ? failure.error : error;
  } finally {
    clearTimeout(quiet);
  }
  if (failure) throw failure.error;
}
