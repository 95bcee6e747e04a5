import { createHash } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, parse, sep } from "node:path";
import { digestOf } from "@millrace/contracts";

const isHidden = (name: string): boolean => /^[._]/.test(name);

/** A file of a kind that can be read, packed or not; what begins with . or _ is not meant as data. */
export const isData = (name: string): boolean =>
  /^[^._].*\.(csv|tsv|json|jsonl|ndjson|parquet)(\.gz|\.zst)?$/i.test(name);

export const isPattern = (path: string): boolean => /[*?]/.test(path);

/** A file, a folder or a pattern, absolute. */
export interface SourcePath {
  path: string;
  /** Whether the pipeline says the format: then the names of a folder's files need not. */
  anyName?: boolean;
}

/** A folder of more files than this is told apart by nothing: looking would take longer than the run it might save. */
const MOST_FILES = 10_000;

/** The files that a path stands for (a folder: all data below it), in sorted order. */
export async function filesAt(path: string, anyName = false): Promise<string[]> {
  if (isPattern(path)) return (await matching(path)).sort();
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile()) return [path];
  return facts?.isDirectory() ? (await below(path, anyName, [])).sort() : [];
}

// Links to folders are not followed: they may lead back to where we are.
async function below(folder: string, anyName: boolean, found: string[]): Promise<string[]> {
  for (const entry of await shownIn(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await below(path, anyName, found);
    else if ((anyName || isData(entry.name)) && (await isFile(path))) found.push(path);
    if (found.length > MOST_FILES) throw new Error(`there are more than ${MOST_FILES} files below ${folder}`);
  }
  return found;
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

const shownIn = async (folder: string): Promise<Dirent[]> =>
  (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter(({ name }) => !isHidden(name));

async function matching(pattern: string): Promise<string[]> {
  const { root } = parse(pattern);
  let places = [root];
  for (const part of pattern.slice(root.length).split(sep).filter(Boolean)) {
    const next: string[] = [];
    for (const place of places) next.push(...(await step(place, part)));
    if (next.length > MOST_FILES) throw new Error(`more than ${MOST_FILES} places match ${pattern}`);
    places = next;
  }
  const files: string[] = [];
  for (const place of places) if (await isFile(place)) files.push(place);
  return files;
}

async function step(place: string, part: string): Promise<string[]> {
  if (!isPattern(part)) return [join(place, part)];
  if (part === "**") return foldersFrom(place, []);
  const entries = await shownIn(place);
  return entries.filter(({ name }) => matches(name, part)).map(({ name }) => join(place, name));
}

async function foldersFrom(place: string, found: string[]): Promise<string[]> {
  found.push(place);
  if (found.length > MOST_FILES) return found;
  for (const entry of await shownIn(place)) if (entry.isDirectory()) await foldersFrom(join(place, entry.name), found);
  return found;
}

/** Piece by piece and without a regular expression, which a pattern with many stars could keep busy for ever. */
export function matches(name: string, pattern: string): boolean {
  const [first = "", ...pieces] = pattern.split("*");
  const last = pieces.pop();
  if (last === undefined) return name.length === first.length && fits(name, first, 0);
  if (!fits(name, first, 0)) return false;
  let at = first.length;
  for (const piece of pieces) {
    while (at <= name.length - piece.length && !fits(name, piece, at)) at++;
    at += piece.length;
  }
  return at <= name.length - last.length && fits(name, last, name.length - last.length);
}

const fits = (name: string, piece: string, at: number): boolean =>
  at + piece.length <= name.length && [...piece].every((sign, index) => sign === "?" || sign === name[at + index]);

/** The digest of everything that the paths stand for; undefined where there is no file. */
export async function digestOfPaths(paths: readonly SourcePath[]): Promise<string | undefined> {
  const files = (await Promise.all(paths.map(({ path, anyName }) => filesAt(path, anyName)))).flat();
  if (files.length === 0) return undefined;
  if (files.length === 1) return digestOfFile(files[0]!);
  const parts: [string, string][] = [];
  for (const file of [...new Set(files)].sort()) parts.push([file, await digestOfFile(file)]);
  return digestOf(parts);
}

export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
