import { createHash } from "node:crypto";

/** JSON with sorted keys and without undefined members: the same value always gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
}

export type Digest = `sha256:${string}`;

export const sha256 = (bytes: string | Uint8Array): Digest =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export const digestOf = (value: unknown): Digest => sha256(canonicalJson(value));

/** The first `length` hex digits of a value's digest: for identifiers that people read. */
export const shortDigestOf = (value: unknown, length = 32): string => digestOf(value).slice(7, 7 + length);
