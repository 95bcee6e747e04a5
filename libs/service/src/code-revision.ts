import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "./configuration.js";

/** What the code was built from: what MILLRACE_REVISION says, else the version and, in a git checkout, its commit. */
export const codeRevision = (environment: Environment): string => environment.MILLRACE_REVISION || ownRevision();

let known: string | undefined;

/** Read once: a checkout that moves on under a running process does not change what runs in it. */
const ownRevision = (): string => (known ??= revisionIn(fileURLToPath(new URL("../../..", import.meta.url))));

/** Of a folder with a package.json; `0.1.0+<commit>` where it is a checkout, as semver writes it. */
export function revisionIn(root: string): string {
  const version = versionIn(root);
  const commit = commitIn(root);
  return commit === undefined ? version : `${version}+${commit}`;
}

function versionIn(root: string): string {
  const { version } = JSON.parse(textOf(join(root, "package.json")) ?? "{}") as { version?: string };
  return version ?? "unknown";
}

/** Git's own files say which commit is checked out; git itself need not be installed. */
function commitIn(root: string): string | undefined {
  const folder = gitFolderOf(root);
  const head = textOf(join(folder, "HEAD"))?.trim();
  if (head === undefined || !head.startsWith("ref: ")) return commitOf(head);
  const shared = resolve(folder, textOf(join(folder, "commondir"))?.trim() ?? ".");
  const ref = head.slice("ref: ".length);
  return commitOf(textOf(join(folder, ref)) ?? textOf(join(shared, ref)) ?? packed(shared, ref));
}

/** In a work tree beside the first one `.git` is a file that names the folder. */
function gitFolderOf(root: string): string {
  const named = /^gitdir: (.+)$/m.exec(textOf(join(root, ".git")) ?? "")?.[1];
  return resolve(root, named ?? ".git");
}

const packed = (folder: string, ref: string): string | undefined =>
  textOf(join(folder, "packed-refs"))
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`));

const commitOf = (text: string | undefined): string | undefined => /^[0-9a-f]{40,64}/.exec(text ?? "")?.[0];

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
