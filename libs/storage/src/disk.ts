import { createReadStream, type Stats } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ProblemError, Retry } from "@millrace/contracts";

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);
const OUTAGES = new Set(
  "ENOSPC EDQUOT EIO EROFS EACCES EPERM EMFILE ENFILE EBUSY ESTALE ETIMEDOUT ENOTCONN ENOTDIR EEXIST".split(" "),
);

const codeOf = (thrown: unknown): string => String((thrown as NodeJS.ErrnoException | undefined)?.code);

export const isCode = (thrown: unknown, ...codes: string[]): boolean => codes.includes(codeOf(thrown));

/** Turns "there is no such file" into undefined. */
export function noFileAt(thrown: unknown): undefined {
  if (!ABSENT.has(codeOf(thrown))) throw thrown;
}

export const existing = (path: string): Promise<Stats | undefined> => stat(path).catch(noFileAt);

/** The bytes of a file that is to become an artifact. */
export async function sourceFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  if ((await existing(path))?.isFile()) return createReadStream(path, { highWaterMark: 1 << 20 });
  throw new ProblemError({
    code: "SOURCE_FILE_MISSING",
    where: path,
    message: "there is no such file to store.",
    remedy: "Write the file before it is stored.",
  });
}

/** Does it, and when the folder of `target` is missing makes the folder and does it again. */
export async function withFolder(target: string, does: () => Promise<void>): Promise<void> {
  await does().catch(async (error) => {
    if (codeOf(error) !== "ENOENT") throw error;
    await mkdir(dirname(target), { recursive: true });
    await does();
  });
}

/** A full, read-only or broken disk is an outage: the step that met it is tried again. */
export async function onDisk<T>(does: () => Promise<T>): Promise<T> {
  try {
    return await does();
  } catch (thrown) {
    throw outageOf(thrown);
  }
}

function outageOf(thrown: unknown): unknown {
  const { path, syscall, message } = thrown as NodeJS.ErrnoException;
  if (thrown instanceof ProblemError || syscall === undefined || !OUTAGES.has(codeOf(thrown))) return thrown;
  const problem = {
    code: "ARTIFACTS_UNAVAILABLE",
    where: path,
    message,
    remedy: "See whether the disk is full or read-only.",
  };
  return new Retry(problem, { cause: thrown, dependency: "artifacts" });
}
