import { createReadStream } from "node:fs";
import { LINE_BYTES } from "./csv-dialect.js";
import { tooLong } from "./regularise.js";
import { sourceProblem } from "./source-problem.js";

/** The lines of a file in UTF-8, some at a time, with the number of the first one. */
export async function* readLines(path: string, readable: string): AsyncGenerator<{ first: number; lines: string[] }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [rest, first] = ["", 1];
  const decoded = (piece: Buffer, last: boolean): string => {
    try {
      return decoder.decode(piece, { stream: !last });
    } catch (cause) {
      throw sourceProblem("SOURCE_UNREADABLE", path, `is not UTF-8 near line ${first}.`, "Save it in UTF-8.", cause);
    }
  };
  for await (const piece of createReadStream(readable, { highWaterMark: 1 << 18 })) {
    const lines = (rest + decoded(piece as Buffer, false)).split("\n");
    rest = lines.pop()!;
    yield { first, lines };
    first += lines.length;
    if (rest.length > LINE_BYTES) throw tooLong(path, first);
  }
  yield { first, lines: [rest + decoded(Buffer.alloc(0), true)] };
}
