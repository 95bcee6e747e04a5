import { ProblemError, type Table } from "@millrace/contracts";
import type { Staging } from "@millrace/tables";

type Sink = Staging["sink"];

const LONG = 1 << 16;
const MOST = 128_000_000;

/** Rows are compared whole, in bounded memory: a column of documents is refused early, by its name. */
export function refusingLongTexts(sink: Sink, location: string, most = MOST): Sink {
  const sums = new Map<string, number>();
  let rows = 0;
  return {
    begin: (columns) => sink.begin(columns),
    async append(batch: Table) {
      for (const column of batch.columns) {
        if (column.kind !== "text") continue;
        let sum = sums.get(column.name) ?? 0;
        for (const text of column.dictionary) if (text.length > LONG) sum += text.length;
        sums.set(column.name, sum);
        if (sum > most) throw tooLong(location, column.name, rows + batch.rows, sum);
      }
      rows += batch.rows;
      await sink.append(batch);
    },
  };
}

const tooLong = (location: string, column: string, row: number, sum: number): ProblemError =>
  new ProblemError({
    code: "SOURCE_TEXTS_TOO_LONG",
    where: `${location}, column ${column}, row ${row}`,
    message: `up to this row its texts of more than ${LONG} characters have ${Math.round(sum / 1e6)} MB; ${MOST / 1e6} MB may be.`,
    remedy: "Leave the column out of the query (of MongoDB: of the projection), or shorten its texts there.",
  });

/** What no limit foresaw: the dataset needs more memory at once than a run may have. */
export function outOfMemory(error: unknown, location: string): unknown {
  const words = String((error as Error | undefined)?.message);
  if (error instanceof ProblemError || !/^(Out of Memory Error|.*failed to (pin|allocate) )/i.test(words)) return error;
  return new ProblemError(
    {
      code: "SOURCE_TOO_LARGE",
      where: location,
      message: `single rows are too large for the memory that a run may have (${words.split("\n")[0]}).`,
      remedy: "Leave out columns of long texts, or shorten them in the source.",
    },
    { cause: error },
  );
}
