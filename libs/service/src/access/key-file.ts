import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import { issuesOf, ProblemError } from "@millrace/contracts";
import { keyRecord, type KeyRecord } from "./api-key.js";

const keyFile = z.object({ version: z.literal(1), keys: z.array(keyRecord) });

/** The keys of a file, or the problem that names what is wrong with it. */
export async function readKeyFile(path: string): Promise<KeyRecord[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw missing(path, error);
  });
  const parsed = keyFile.safeParse(jsonOf(text, path));
  if (parsed.success) return parsed.data.keys;
  throw new ProblemError({ code: "KEYS_FILE_INVALID", where: path, message: `${issuesOf(parsed.error)}.`, remedy });
}

const remedy = "`millrace keys create` and `revoke` write it; restore it, or make a new one.";

const missing = (path: string, cause: unknown): ProblemError =>
  new ProblemError(
    {
      code: "KEYS_FILE_MISSING",
      where: path,
      message: `the file of keys can't be read (${(cause as NodeJS.ErrnoException).code}).`,
      remedy: "Make it: MILLRACE_KEYS_FILE=… millrace keys create --name operator --scope admin.",
    },
    { cause },
  );

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProblemError({ code: "KEYS_FILE_INVALID", where: path, message: "it is not JSON.", remedy }, { cause });
  }
}

/** Whole or not at all, so that a server that reads meanwhile sees the old or the new; only its owner may read it. */
export async function writeKeyFile(path: string, keys: readonly KeyRecord[]): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`, { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
}
