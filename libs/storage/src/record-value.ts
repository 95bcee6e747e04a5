import { randomInt } from "node:crypto";
import { ProblemError } from "@millrace/contracts";

const MAX_KEY_BYTES = 1024;

/** Any text that says something is a key: dots, dollars, slashes and spaces included. */
export function recordKey(collection: string, key: string): string {
  const bytes = Buffer.from(String(key), "utf8");
  const good =
    typeof key === "string" && bytes.length > 0 && bytes.length <= MAX_KEY_BYTES && bytes.toString("utf8") === key;
  if (good && !key.includes("\0")) return key;
  throw new ProblemError({
    code: "RECORD_KEY_INVALID",
    where: `collection ${collection}, key ${JSON.stringify(String(key).slice(0, 100))}`,
    message: `a key has 1 to ${MAX_KEY_BYTES} bytes of well-formed text without NUL.`,
    remedy: "Use the digest of what is longer.",
  });
}

/** What JSON keeps of a value: every driver stores exactly that, and a caller's later changes to the object do not reach it. */
export function jsonOf<T>(collection: string, key: string, value: T): T {
  const text = JSON.stringify(value) as string | undefined;
  if (text !== undefined) return JSON.parse(text) as T;
  throw new ProblemError({
    code: "RECORD_VALUE_INVALID",
    where: `collection ${collection}, key ${key}`,
    message: "undefined and functions are no JSON.",
    remedy: "Store an object; remove() removes a record.",
  });
}

/**
 * Versions of new records: the time in microseconds, beyond whatever a removed record of the same key had reached, so that
 * no version of a key is ever seen twice (a lease that was dropped and taken by another is not renewed by its old holder).
 */
export function versionsFrom(clock: () => Date): () => number {
  let last = 0;
  return () => (last = Math.max(last + 1, clock().getTime() * 1000 + randomInt(1000)));
}
