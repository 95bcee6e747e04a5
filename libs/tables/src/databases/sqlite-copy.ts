import { constants } from "node:fs";
import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problems } from "./database-problem.js";

export interface SqliteCopy {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

const ATTEMPTS = 5;
const PAUSE_MS = 200;
const MAGIC = "SQLite format 3\0";
const parts = ["", "-wal", "-journal"] as const;

/**
 * The database and what of it still lies in a log, as they were at one moment. SQLite as WebAssembly knows no locks of other
 * programs, no log in shared memory, and would leave a folder beside the file; a copy of one's own needs none of these.
 */
export async function sqliteCopy(path: string, folder: string | undefined, problems: Problems): Promise<SqliteCopy> {
  await refuseOther(path, problems);
  const own = await mkdtemp(join(folder ?? tmpdir(), "millrace-sqlite-"));
  const remove = () => rm(own, { recursive: true, force: true });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (await copiedUnchanged(path, join(own, "copy"))) return { path: join(own, "copy"), remove };
    }
  } catch (error) {
    await remove();
    throw problems.unreadable(error as Error);
  }
  await remove();
  throw problems.outage(new Error(`the file was written each of the ${ATTEMPTS} times that it was copied`));
}

async function copiedUnchanged(from: string, to: string): Promise<boolean> {
  const before = await stateOf(from);
  for (const part of parts) {
    await rm(to + part, { force: true });
    if (part === "" || before[part])
      await copyFile(from + part, to + part, constants.COPYFILE_FICLONE).catch(gone(part));
  }
  const after = await stateOf(from);
  return parts.every((part) => before[part] === after[part]);
}

// A log may go while it is copied; then what is there before and after differs.
const gone = (part: string) => (error: NodeJS.ErrnoException) => {
  if (part === "" || error.code !== "ENOENT") throw error;
};

async function stateOf(path: string): Promise<Record<(typeof parts)[number], string | undefined>> {
  const states = await Promise.all(
    parts.map((part) =>
      stat(path + part, { bigint: true }).then(
        ({ size, mtimeNs, ino }) => `${size} ${mtimeNs} ${ino}`,
        () => undefined,
      ),
    ),
  );
  return { "": states[0], "-wal": states[1], "-journal": states[2] };
}

async function refuseOther(path: string, problems: Problems): Promise<void> {
  const file = await open(path).catch((error: Error) => Promise.reject(problems.unreadable(error)));
  const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0).finally(() => file.close());
  if (buffer.toString("latin1") !== MAGIC) throw problems.unreadable(new Error("the file is not a SQLite database"));
}
