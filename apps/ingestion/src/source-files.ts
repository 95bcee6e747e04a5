import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, parse, sep } from "node:path";
import { insideRoots, type Root } from "./source-roots.js";

export interface Search {
  readonly roots: readonly Root[];
  /** As the pipeline or the arrival named it, for errors. */
  readonly location: string;
  /** Whether the pipeline says the format: then the files' names need not. */
  readonly anyName?: boolean;
}

export const isPattern = (path: string): boolean => /[*?]/.test(path);

/** `_SUCCESS`, `_temporary`, `.part` and the like are no data. */
export const isHidden = (name: string): boolean => /^[._]/.test(name);

const dataName = /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz|\.zst)?$/i;
export const isData = (name: string, anyName = false): boolean => !isHidden(name) && (anyName || dataName.test(name));

/** The data files below a folder, in sorted order. Links are followed only to what is inside the roots. */
export async function filesBelow(folder: string, search: Search): Promise<string[]> {
  const entries = await readdir(await insideRoots(folder, search.roots, search.location), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort(byName)) {
    const path = join(folder, entry.name);
    if (isHidden(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path, search)));
    else if (isData(entry.name, search.anyName) && (await isFile(path, search))) found.push(path);
  }
  return found;
}

/** The files that a pattern stands for, in sorted order: * and ? within a name, ** for any folders. */
export async function filesMatching(pattern: string, search: Search): Promise<string[]> {
  const { root } = parse(pattern);
  const parts = pattern.slice(root.length).split(sep).filter(Boolean);
  const first = parts.findIndex(isPattern);
  let places = [join(root, ...parts.slice(0, first))];
  for (const part of parts.slice(first)) {
    const next: string[][] = [];
    for (const place of places) next.push(await step(place, part, search));
    places = [...new Set(next.flat())];
  }
  const files: string[] = [];
  for (const place of places.sort()) if (await isFile(place, search)) files.push(place);
  return files;
}

async function step(place: string, part: string, search: Search): Promise<string[]> {
  if (!isPattern(part)) return [join(place, part)];
  const entries = await entriesOf(place, search);
  if (part !== "**") return entries.filter(({ name }) => matches(name, part)).map(({ name }) => join(place, name));
  const inner: string[] = [place];
  for (const entry of entries)
    if (entry.isDirectory()) inner.push(...(await step(join(place, entry.name), part, search)));
  return inner;
}

async function entriesOf(place: string, { roots, location }: Search): Promise<Dirent[]> {
  const real = await insideRoots(place, roots, location);
  const entries = await readdir(real, { withFileTypes: true }).catch(() => []);
  return entries.filter(({ name }) => !isHidden(name)).sort(byName);
}

async function isFile(path: string, { roots, location }: Search): Promise<boolean> {
  const facts = await stat(await insideRoots(path, roots, location)).catch(() => undefined);
  return facts?.isFile() ?? false;
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

/** Without a regular expression, which a pattern with many stars could keep busy for ever. */
function matches(name: string, pattern: string): boolean {
  let [at, star, from] = [0, -1, 0];
  let place = 0;
  while (at < name.length) {
    if (pattern[place] === "*") [star, from, place] = [place, at, place + 1];
    else if (place < pattern.length && (pattern[place] === "?" || pattern[place] === name[at]))
      [at, place] = [at + 1, place + 1];
    else if (star >= 0) [place, from, at] = [star + 1, from + 1, from + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(place));
}
