import { realpath } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { ProblemError } from "@millrace/contracts";

export interface Root {
  readonly path: string;
  /** Whether what lies in folders that begin with a dot stays out of reach: keys and passwords of a home folder. */
  readonly shownOnly?: boolean;
}

export interface RootsRequest {
  readonly pipelines: string;
  /** Folders that the operator named; where there are none, the operator's home folder is one. */
  readonly named: readonly string[];
}

/** The folders that sources may lie in, with symbolic links resolved. */
export async function sourceRoots({ pipelines, named }: RootsRequest): Promise<readonly Root[]> {
  const always = [pipelines, process.cwd(), tmpdir(), ...named].map((path) => ({ path }));
  const home = named.length === 0 ? [{ path: homedir(), shownOnly: true }] : [];
  return Promise.all(
    [...always, ...home].map(async (root) => ({
      ...root,
      path: await realpath(root.path).catch(() => resolve(root.path)),
    })),
  );
}

/** The real path of what is at `place`, which may be inside the roots only through no link at all or one that stays inside. */
export async function insideRoots(place: string, roots: readonly Root[], location: string): Promise<string> {
  const real = await realOf(resolve(place));
  if (roots.some((root) => isInside(root, real))) return real;
  throw outside(location);
}

/** A path that is not there is judged by the part of it that is: nobody learns whether a file outside exists. */
async function realOf(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined) return found;
  const parent = resolve(path, "..");
  return parent === path ? path : join(await realOf(parent), path.slice(parent === sep ? 1 : parent.length + 1));
}

function isInside({ path, shownOnly }: Root, real: string): boolean {
  const below = relative(path, real);
  if (below === ".." || below.startsWith(`..${sep}`) || below.startsWith(sep)) return false;
  return !shownOnly || !below.split(sep).some((part) => part.startsWith("."));
}

const outside = (location: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_OUTSIDE_ROOTS",
    where: location,
    message: "this place is outside the folders that sources may be read from.",
    remedy:
      "Put the data below the pipelines folder, or add their folder to MILLRACE_SOURCE_ROOTS where the service runs.",
  });
