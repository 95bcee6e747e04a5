import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isData } from "../arrivals/source-files.js";

/** A folder in which data and `_SUCCESS` lie. */
export interface Landing {
  folder: string;
  /** Absolute paths, the newest last. */
  files: readonly LandedFile[];
}

export interface LandedFile {
  path: string;
  /** Changes with the file's size and time. */
  mark: string;
}

export const SUCCESS = "_SUCCESS";

/** The folder and its folders one level deep, as far as `_SUCCESS` says that their data are complete. */
export async function landingsIn(folder: string): Promise<Landing[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const found = await Promise.all([folder, ...inner.sort()].map(landingAt));
  return found.filter((landing) => landing !== undefined);
}

async function landingAt(folder: string): Promise<Landing | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes(SUCCESS)) return undefined;
  const files = await Promise.all(names.filter(isData).map((name) => landedFile(join(folder, name))));
  const sorted = files
    .filter((file) => file !== undefined)
    .sort((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1));
  return { folder, files: sorted.map(({ path, mark }) => ({ path, mark })) };
}

async function landedFile(path: string): Promise<(LandedFile & { time: number }) | undefined> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) return undefined;
  return { path, mark: `${facts.size}:${facts.mtimeMs}`, time: facts.mtimeMs };
}
