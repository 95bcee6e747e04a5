import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** A file that is being written, and what it is called once it is whole and may go to the artifact store. */
export const openSuffix = ".open";
export const sealedSuffix = ".rows";

export interface Segment {
  readonly openedAt: number;
  readonly size: number;
  /** Puts the bytes behind those that are there; after a failure the next call writes over what the failed one left. */
  append(bytes: Buffer): Promise<void>;
  /** Flushes it to the disk and gives it its last name. */
  seal(): Promise<string>;
}

/** No two segments have one name, and names are in the order of time: parts in the artifact store are called after them. */
export const segmentName = (openedAt: Date, replica: string, number: number): string =>
  `${openedAt.toISOString().replace(/[-:.Z]/g, "")}-${replica}-${number}`;

export async function openSegment(folder: string, name: string, openedAt: number): Promise<Segment> {
  const path = join(folder, name + openSuffix);
  const file = await createIn(folder, path);
  let size = 0;
  return {
    openedAt,
    get size() {
      return size;
    },
    async append(bytes) {
      await writeWhole(file, bytes, size);
      size += bytes.length;
    },
    async seal() {
      await file.truncate(size).catch(() => undefined);
      // A disk that can't be flushed has the rows no less than before; they go to the artifact store all the sooner.
      await file.datasync().catch(() => undefined);
      await file.close();
      const sealed = join(folder, name + sealedSuffix);
      await rename(path, sealed);
      return sealed;
    },
  };
}

async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** The folder may be gone: another replica took this one for dead, while its machine slept. */
async function createIn(folder: string, path: string): Promise<FileHandle> {
  const create = () => open(path, "wx", 0o600);
  return create().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(folder, { recursive: true });
    return create();
  });
}
