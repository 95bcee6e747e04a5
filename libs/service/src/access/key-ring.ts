import { timingSafeEqual } from "node:crypto";
import { digestOf, type KeyRecord } from "./api-key.js";
import type { Buckets, Grant } from "./grant.js";

export interface KeyRing {
  /** What the key gives, in force or expired; nothing for a text that is no key. */
  find(text: string): Grant | undefined;
  /** From now on these keys are valid and no others. */
  replace(records: readonly KeyRecord[]): void;
}

interface KeptKey {
  readonly digest: Buffer;
  readonly grant: Grant;
}

const REMEMBERED = 1000;

/**
 * Keys are found by their digest, which a caller can't steer, so that the time of a search says nothing of the keys. Those
 * that were valid are remembered by their text: a search among them compares whole texts only where hashes with a secret
 * seed agree, and a call costs no sha-256 of its own.
 */
export function openKeyRing(buckets: Buckets): KeyRing {
  let kept = new Map<string, KeptKey>();
  const presented = new Map<string, Grant>();

  function search(text: string): Grant | undefined {
    const digest = digestOf(text);
    const found = kept.get(digest);
    if (found === undefined || !timingSafeEqual(found.digest, Buffer.from(digest, "hex"))) return undefined;
    if (presented.size >= REMEMBERED) presented.clear();
    presented.set(text, found.grant);
    return found.grant;
  }

  return {
    find: (text) => presented.get(text) ?? search(text),
    replace(records) {
      presented.clear();
      const valid = records.filter(({ revokedAt }) => revokedAt === undefined);
      kept = new Map(valid.map((record) => [record.digest, keptKey(record, buckets)]));
    },
  };
}

const keptKey = ({ id, name, digest, scopes, models, rate, expiresAt }: KeyRecord, buckets: Buckets): KeptKey => ({
  digest: Buffer.from(digest, "hex"),
  grant: {
    caller: { name, kind: "key", id, scopes, models },
    expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
    bucket: buckets(`key ${id}`, rate),
  },
});
