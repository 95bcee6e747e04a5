import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { digestOf, ProblemError, Retry, type Digest } from "@millrace/contracts";
import { digestOfFile, stampOf, unreadable, type Stamp } from "./file-digest.js";
import { filesBelow, filesMatching, isPattern, type Search } from "./source-files.js";
import { insideRoots, type Root } from "./source-roots.js";

export interface LocatedFile {
  readonly path: string;
  readonly digest: Digest;
  readonly stamp: Stamp;
}

export interface LocatedSource {
  /** As the pipeline or the arrival named it. */
  readonly location: string;
  readonly files: readonly LocatedFile[];
  readonly digest: Digest;
}

export interface WantedSource {
  /** What the arrival named: absolute, else below the working directory, else below the pipeline's folder. */
  readonly given?: string;
  /** What pipeline.yaml names, below its own folder. */
  readonly path: string;
  readonly folder: string;
  readonly roots: readonly Root[];
  readonly anyName?: boolean;
}

/** The files of the first place that there is: a file, a folder or a pattern. */
export async function locateSource({ given, path, folder, roots, anyName }: WantedSource): Promise<LocatedSource> {
  const location = given ?? path;
  refuseUrl(location);
  const search = { roots, location, anyName };
  const places = given === undefined ? [resolve(folder, path)] : placesOf(given, folder);
  const paths = isPattern(location) ? await firstMatch(places, search) : await firstThere(places, search);
  const files: LocatedFile[] = [];
  for (const path of paths) {
    const stamp = await stampOf(path, location);
    files.push({ path, stamp, digest: await digestOfFile(path, location) });
  }
  return { location, files, digest: digestOfAll(files) };
}

/** Of one file its own digest; of several that of their places and digests. */
const digestOfAll = (files: readonly LocatedFile[]): Digest =>
  files.length === 1 ? files[0]!.digest : digestOf(files.map(({ path, digest }) => [path, digest]));

/** Whoever replaces a file while it is read would get rows under the digest of other rows. */
export async function refuseChanged({ location, files }: LocatedSource): Promise<void> {
  for (const { path, stamp, digest } of files) {
    const now = await stampOf(path, location);
    if (now.facts === stamp.facts && stamp.settled) continue;
    if ((await digestOfFile(path, location)) !== digest) throw changed(location);
  }
}

const changed = (location: string) =>
  new Retry({
    code: "SOURCE_CHANGED",
    where: location,
    message: "the file changed while it was read.",
    remedy: "Write data under another name and rename the file when it is complete; it is read again by itself.",
  });

const placesOf = (given: string, folder: string): string[] => [
  ...new Set(isAbsolute(given) ? [given] : [resolve(given), resolve(folder, given)]),
];

async function firstMatch(places: readonly string[], search: Search): Promise<string[]> {
  const found = await lookAt(places, (place) => filesMatching(place, search));
  return found.find((files) => files.length > 0) ?? refuse(notThere(search.location, places, "no file that matches"));
}

/** A file goes before a folder of the same name in another place. */
async function firstThere(places: readonly string[], search: Search): Promise<string[]> {
  const found = await lookAt(places, (place) => factsOf(place, search));
  const there = found.filter((one) => one !== undefined);
  const file = there.find(({ facts }) => facts.isFile());
  if (file) return [file.place];
  const folder = there.find(({ facts }) => facts.isDirectory());
  if (folder) return filesOfFolder(folder.place, search);
  throw there.length > 0 ? notAFile(search.location) : notThere(search.location, places, "no such file");
}

async function factsOf(place: string, { roots, location }: Search) {
  const facts = await stat(await insideRoots(place, roots, location)).catch((error) => absent(error, location));
  return facts && { place, facts };
}

/** A place outside the roots is passed over where there is another one to look at. */
async function lookAt<T>(places: readonly string[], look: (place: string) => Promise<T>): Promise<T[]> {
  const found = await Promise.allSettled(places.map(look));
  const seen = found.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  const failed = found.filter((one) => one.status === "rejected").map(({ reason }) => reason as unknown);
  const other = failed.find((reason) => (reason as ProblemError).code !== "SOURCE_OUTSIDE_ROOTS");
  if (other !== undefined || seen.length === 0) throw other ?? failed[0];
  return seen;
}

const refuse = (problem: ProblemError): never => {
  throw problem;
};

async function filesOfFolder(path: string, search: Search): Promise<string[]> {
  const files = await filesBelow(path, search);
  if (files.length > 0) return files;
  throw notThere(search.location, [path], "no data file (.csv, .tsv, .jsonl, .ndjson or .parquet) in this directory");
}

function absent(error: NodeJS.ErrnoException, location: string): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw unreadable(error, location);
}

function refuseUrl(location: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1];
  if (scheme === undefined && !location.includes("\0")) return;
  throw new ProblemError({
    code: "SOURCE_OUTSIDE_ROOTS",
    where: location.replaceAll("\0", "\\0"),
    message: "this is a url, where a file, a folder or a pattern is wanted.",
    remedy: "Name a path; for other sources write `kind: s3`, `kind: http` or `kind: sql` in pipeline.yaml.",
  });
}

const notThere = (location: string, places: readonly string[], what: string) =>
  new ProblemError({
    code: "SOURCE_NOT_FOUND",
    where: location,
    message: `there is ${what}; looked for ${places.join(" and ")}.`,
    remedy: "Put the file there, or name another one as source.",
  });

const notAFile = (location: string) =>
  new ProblemError({
    code: "SOURCE_NOT_A_FILE",
    where: location,
    message: "this is a pipe or a device, not a file.",
    remedy: "Name a file, a folder or a pattern.",
  });
