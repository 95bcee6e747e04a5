import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { ProblemError, type Digest } from "@millrace/contracts";

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

export async function locateSource({ given, path, folder }: WantedSource): Promise<LocatedSource> {
  const candidates = given === undefined ? [resolve(folder, path)] : placesOf(given, folder);
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => undefined);
    if (found === undefined) continue;
    if (found.isDirectory()) throw isDirectory(given ?? path);
    return { path: candidate, location: given ?? path, digest: await digestOfFile(candidate) };
  }
  throw new ProblemError({
    code: "SOURCE_NOT_FOUND",
    where: given ?? path,
    message: `there is no such file; looked for ${candidates.join(" and ")}.`,
    remedy: "Put the file there, or name another one as source.",
  });
}

const placesOf = (given: string, folder: string): string[] =>
  isAbsolute(given) ? [given] : [resolve(given), resolve(folder, given)];

const isDirectory = (location: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_IS_DIRECTORY",
    where: location,
    message: "this is a directory, not a file.",
    remedy: "Name one CSV or Parquet file.",
  });

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest("hex")}`;
}
