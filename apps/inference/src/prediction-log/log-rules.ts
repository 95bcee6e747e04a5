import { createHmac } from "node:crypto";
import type { ServeLog } from "@millrace/contracts";

/** What may be kept of a model's requests. */
export interface LogRule {
  readonly sample: number;
  /** Whether any column must not be written as it is. */
  readonly redacts: boolean;
  isDropped(column: string): boolean;
  isHashed(column: string): boolean;
  hash(column: string, value: unknown): string;
}

const CACHED = 10_000;

/** Columns to hash are dropped where there is no key: a hash that anybody can compute hides no telephone number. */
export function openLogRules(key: string | undefined): (settings: ServeLog) => LogRule {
  const hash = keyedHash(key ?? "");
  return ({ sample, drop, hash: hashed }) => {
    const dropped = new Set(key === undefined ? [...drop, ...hashed] : drop);
    const covered = new Set(key === undefined ? [] : hashed);
    return {
      ...{ sample, hash, redacts: dropped.size + covered.size > 0 },
      isDropped: (column) => dropped.has(column),
      isHashed: (column) => covered.has(column),
    };
  };
}

/** The same value of the same column has the same hash, so that rows can still be joined and counted. */
function keyedHash(key: string): (column: string, value: unknown) => string {
  const known = new Map<string, string>();
  return (column, value) => {
    const message = `${column}\0${plainText(value)}`;
    const before = known.get(message);
    if (before !== undefined) return before;
    const hashed = `hmac:${createHmac("sha256", key).update(message).digest("hex").slice(0, 32)}`;
    if (known.size >= CACHED) known.clear();
    known.set(message, hashed);
    return hashed;
  };
}

export const plainText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** Whether an id belongs to the sample: the same answer for the same id, in every process. */
export function isSampled(id: string, share: number): boolean {
  if (share >= 1) return true;
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  // Ids that differ in their last letter only must not be neighbours.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share;
}
