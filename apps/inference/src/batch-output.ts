import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";

export interface BatchOutput {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void> | undefined;
  end(): Promise<void>;
  /** Takes away what was put aside. */
  close(): Promise<void>;
}

/** So long a caller may leave answers lying before it counts as one that reads none until it has sent everything. */
const PATIENCE_MS = 500;

/**
 * Many clients send all of a body before they read any of the answer: waiting for them to read would wait for ever. What
 * they leave lying goes to a file until the body is there. Whoever reads along is waited for, and no file is made.
 */
export function openBatchOutput(response: ServerResponse, patienceMs = PATIENCE_MS): BatchOutput {
  const path = join(tmpdir(), `millrace-batch-${randomUUID()}`);
  let file: WriteStream | undefined;

  async function drained(): Promise<void> {
    const impatient = AbortSignal.timeout(patienceMs);
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once("close", leave);
    try {
      await once(response, "drain", { signal: AbortSignal.any([impatient, gone.signal]) });
    } catch {
      if (!response.destroyed) file = createWriteStream(path, { mode: 0o600 });
    } finally {
      response.off("close", leave);
    }
  }

  function write(text: string): Promise<void> | undefined {
    if (text === "" || response.destroyed) return undefined;
    if (file === undefined) return response.write(text) ? undefined : drained();
    return file.write(text) ? undefined : once(file, "drain").then(() => undefined);
  }

  async function end(): Promise<void> {
    if (file !== undefined) {
      file.end();
      await once(file, "close");
      await pipeline(createReadStream(path), response);
    } else response.end();
  }

  const close = () => (file === undefined ? Promise.resolve() : rm(path, { force: true }));
  return { write, end, close };
}
