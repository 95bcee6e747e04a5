import { HttpProblem } from "@millrace/service";
import type { RowAnswerer } from "./answer.js";
import type { BatchFormat } from "./batch-formats.js";
import type { BatchOutput } from "./batch-output.js";
import { openRecords } from "./batch-records.js";
import type { BatchRow, RowReader } from "./batch-rows.js";

export interface BatchStream {
  rows: RowAnswerer;
  reader: RowReader;
  format: BatchFormat;
  output: BatchOutput;
  quotes: boolean;
  /** After so many wrong rows the stream is given up. */
  errors: number;
}

export interface BatchCounts {
  answered: number;
  wrong: number;
}

/** A chunk comes in, its rows are answered, their answers go out: at no time is more than that in memory. */
export async function streamBatch(chunks: AsyncIterable<Buffer>, parts: BatchStream): Promise<BatchCounts> {
  const { output, reader, format } = parts;
  const writer = openRowWriter(parts);
  const records = openRecords((record, line) => writer.take(record, line), parts);
  for await (const chunk of chunks) {
    // The caller may be in the middle of sending: it hears the reason when it is through.
    if (writer.givenUp() !== undefined) continue;
    records.feed(chunk);
    await output.write(writer.text());
  }
  if (writer.givenUp() === undefined) records.finish();
  reader.finish();
  await output.write(writer.text() + format.tail(writer.left(), writer.givenUp()));
  await output.end();
  return writer.counts;
}

function openRowWriter({ rows, reader, format, errors }: BatchStream) {
  const counts: BatchCounts = { answered: 0, wrong: 0 };
  let written = "";
  let hasHead = false;
  let left = 0;
  let givenUp: HttpProblem | undefined;

  function take(record: Buffer | undefined, line: number): void {
    if (givenUp !== undefined) return;
    const row = reader.read(record, line);
    if (!hasHead) written += format.head(reader.columns());
    hasHead = true;
    if (row === undefined) return;
    if (counts.answered + counts.wrong >= format.mostRows) left += 1;
    else write(row);
  }

  function write(row: BatchRow): void {
    const problem = row.problem ?? answer(row);
    if (problem === undefined) return;
    written += format.problem(row, problem);
    counts.wrong += 1;
    if (counts.wrong >= errors) givenUp = tooManyWrong(errors, row.line);
  }

  function answer(row: BatchRow & { readonly problem?: undefined }): HttpProblem | undefined {
    try {
      written += format.answer(row, rows.row(row.features));
      counts.answered += 1;
      return undefined;
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 422) return error;
      throw error;
    }
  }

  function text(): string {
    const ready = written;
    written = "";
    return ready;
  }
  return { take, text, counts, left: () => left, givenUp: () => givenUp };
}

const tooManyWrong = (errors: number, line: number): HttpProblem =>
  new HttpProblem(422, {
    code: "TOO_MANY_WRONG_ROWS",
    where: `line ${line}`,
    message: `${errors} rows were wrong, so the others were not answered.`,
    remedy: "Correct the data, or set INFERENCE_BATCH_ERRORS.",
  });
