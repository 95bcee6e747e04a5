import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Digest } from "@millrace/contracts";

export interface Spooled {
  path: string;
  digest: Digest;
  size: number;
}

const OLD_MS = 3_600_000;

const spoolPath = (dir: string): string => join(dir, `${process.pid}-${randomBytes(9).toString("hex")}.tmp`);

async function createIn(dir: string): Promise<{ path: string; file: FileHandle }> {
  const path = spoolPath(dir);
  const openIt = () => open(path, "wx", 0o444);
  const file = await openIt().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(dir, { recursive: true });
    return openIt();
  });
  return { path, file };
}

/** Writes the chunks to a new file in `dir`, flushed to the disk, and says what they were. It holds one chunk at a time. */
export async function spool(dir: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Spooled> {
  const { path, file } = await createIn(dir);
  try {
    const written = await writeAll(file, chunks);
    await file.sync();
    await file.close();
    return { path, ...written };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

async function writeAll(file: FileHandle, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
    await file.writeFile(chunk);
  }
  return { digest: `sha256:${hash.digest("hex")}` as Digest, size };
}

/** Removes what processes that died left in the spool. A file that was written to within the hour is still in use. */
export async function cleanSpool(dir: string, now: Date): Promise<void> {
  for (const name of await readdir(dir).catch(() => [] as string[])) {
    const path = join(dir, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts && now.getTime() - facts.mtimeMs > OLD_MS) await rm(path, { force: true });
  }
}

/** A rename is durable only when the folder that holds the name is flushed, too. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}
