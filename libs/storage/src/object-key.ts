import { ProblemError, type Digest } from "@millrace/contracts";

const DIGEST = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;
const OBJECT = /^artifacts\/sha256\/([0-9a-f]{2})\/([0-9a-f]{62})$/;

export const OBJECTS_PREFIX = "artifacts/sha256";

/** Where an object lies, in a folder as in a bucket. Only a digest becomes a key, so a key cannot leave the store. */
export function objectKey(digest: Digest): string {
  const parts = DIGEST.exec(digest);
  if (parts) return `${OBJECTS_PREFIX}/${parts[1]}/${parts[2]}`;
  throw new ProblemError({
    code: "ARTIFACT_DIGEST_INVALID",
    message: `"${String(digest).slice(0, 100)}" is no digest.`,
    remedy: "A digest is sha256: and 64 hexadecimal digits in lower case.",
  });
}

/** The digest of a key; undefined for whatever else lies in the store. */
export function digestOfKey(key: string): Digest | undefined {
  const parts = OBJECT.exec(key);
  return parts ? `sha256:${parts[1]}${parts[2]}` : undefined;
}

const isPlain = (segment: string): boolean =>
  segment !== "" && segment !== "." && segment !== ".." && Buffer.byteLength(segment) <= 200;

/** Refuses a key that could name something outside its folder, or nothing at all, in either driver. */
export function exportKey(bucketOrRoot: string, key: string): string {
  const odd = /[\u0000-\u001f\u007f\\]/;
  const path = `${bucketOrRoot}/${key}`;
  const bad =
    odd.test(path) || bucketOrRoot.includes("/") || !path.split("/").every(isPlain) || Buffer.byteLength(key) > 900;
  if (!bad && Buffer.from(path).toString() === path) return path;
  throw new ProblemError({
    code: "EXPORT_KEY_INVALID",
    where: `${JSON.stringify(bucketOrRoot)}, key ${JSON.stringify(key.slice(0, 200))}`,
    message: "this names no place inside the exports.",
    remedy:
      "Use a bucket without slashes, and a key of names joined by single slashes, without . or .. or backslashes.",
  });
}

/** A file and a folder cannot have one name; a bucket could, but what is exported must fit either store. */
export const takenKey = (bucketOrRoot: string, key: string, cause: unknown): ProblemError =>
  new ProblemError(
    {
      code: "EXPORT_KEY_TAKEN",
      where: `${bucketOrRoot}, key ${key}`,
      message: "a part of the key is already the name of an export, or the key that of a folder of exports.",
      remedy: "Export under another key.",
    },
    { cause },
  );
