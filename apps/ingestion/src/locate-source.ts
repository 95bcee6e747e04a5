import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { ProblemError, Retry, type Digest } from "@millrace/contracts";

export interface LocatedSource {
  path: string;
  /** As the pipeline or the arrival named it. */
  location: string;
  digest: Digest;
}

export interface WantedSource {
  /** What the arrival named: absolute, else below the working directory, else below the pipeline's folder. */
  given?: string;
  /** What pipeline.yaml names, below its own folder. */
  path: string;
  folder: string;
}

/** The first of the places in which there is a file. */
export async function locateSource({ given, path, folder }: WantedSource): Promise<LocatedSource> {
  const location = given ?? path;
  const places = given === undefined ? [resolve(folder, path)] : placesOf(given, folder);
  const found = await Promise.all(places.map((place) => statusOf(place, location)));
  const file = found.findIndex((status) => status?.isFile());
  if (file >= 0) return { path: places[file]!, location, digest: await digestOfFile(places[file]!, location) };
  throw notThere(location, places, found);
}

/** Whoever replaces a file while it is read would get rows under the digest of other rows. */
export async function refuseChanged({ path, location, digest }: LocatedSource): Promise<void> {
  if ((await digestOfFile(path, location)) === digest) return;
  throw new Retry({
    code: "SOURCE_CHANGED",
    where: location,
    message: "the file changed while it was read.",
    remedy: "Write data under another name and rename the file when it is complete; it is read again by itself.",
  });
}

const placesOf = (given: string, folder: string): string[] => [
  ...new Set(isAbsolute(given) ? [given] : [resolve(given), resolve(folder, given)]),
];

const statusOf = (place: string, location: string): Promise<Stats | undefined> =>
  stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw unreadable(error, location);
  });

function notThere(location: string, places: readonly string[], found: readonly (Stats | undefined)[]): ProblemError {
  const other = found.find((status) => status !== undefined);
  if (other === undefined) {
    return new ProblemError({
      code: "SOURCE_NOT_FOUND",
      where: location,
      message: `there is no such file; looked for ${places.join(" and ")}.`,
      remedy: "Put the file there, or name another one as source.",
    });
  }
  return new ProblemError({
    code: other.isDirectory() ? "SOURCE_IS_DIRECTORY" : "SOURCE_NOT_A_FILE",
    where: location,
    message: `this is ${other.isDirectory() ? "a directory" : "a pipe or a device"}, not a file.`,
    remedy: "Name one CSV or Parquet file.",
  });
}

/** A file that may not be read is the input's fault; anything else (a disk, a network share) may heal by itself. */
const unreadable = (error: NodeJS.ErrnoException, location: string): Error =>
  error.code !== "EACCES" && error.code !== "EPERM"
    ? error
    : new ProblemError(
        {
          code: "SOURCE_UNREADABLE",
          where: location,
          message: `the service may not read this file (${error.code}).`,
          remedy: "Give the user that runs the service the right to read it.",
        },
        { cause: error },
      );

async function digestOfFile(path: string, location: string): Promise<Digest> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException, location);
  }
  return `sha256:${hash.digest("hex")}`;
}
