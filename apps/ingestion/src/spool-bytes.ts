import { open } from "node:fs/promises";
import { ProblemError } from "@millrace/contracts";

/** Counts what a run downloads, over all of its files. */
export interface Allowance {
  /** Throws where more has come than may. */
  take(bytes: number, where: string): void;
}

export function allowanceOf(megabytes: number): Allowance {
  let left = megabytes * 1_000_000;
  return {
    take(bytes, where) {
      left -= bytes;
      if (left >= 0) return;
      throw new ProblemError({
        code: "SOURCE_TOO_LARGE",
        where,
        message: `the source is larger than the ${megabytes} MB that are downloaded for one run.`,
        remedy: "Read less of it, or raise MILLRACE_SOURCE_LIMIT_MB where the service runs.",
      });
    },
  };
}

/** Writes chunks to a file, one at a time; `from` is where in the file it goes on. */
export async function spoolTo(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { from = 0, take }: { from?: number; take: (bytes: number) => void },
): Promise<number> {
  const file = await open(path, from === 0 ? "w" : "r+");
  let size = from;
  try {
    for await (const chunk of chunks) {
      take(chunk.length);
      await file.write(chunk, 0, chunk.length, size);
      size += chunk.length;
    }
  } finally {
    await file.close();
  }
  return size;
}
