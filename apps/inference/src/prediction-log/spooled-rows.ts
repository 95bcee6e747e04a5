import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { rowsIn, type LogRow } from "./row-reader.js";
import { openSuffix, sealedSuffix } from "./segment.js";

/** The rows on this machine that are not in the artifact store yet, of every replica that shares the folder. */
export async function* spooledRows(spool: string): AsyncGenerator<LogRow> {
  const names = await readdir(spool, { recursive: true }).catch(() => []);
  for (const name of names) {
    if (!name.endsWith(openSuffix) && !name.endsWith(sealedSuffix)) continue;
    // It may be brought away meanwhile: then it is found in the store by the next who asks.
    const bytes = await readFile(join(spool, name)).catch(() => Buffer.alloc(0));
    yield* rowsIn(bytes);
  }
}
