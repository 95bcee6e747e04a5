import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";

const scopes = z.enum(["read", "predict", "admin"]);

/** A key as it is kept: what it may do, and the digest of its text, never the text. */
export const keyRecord = z.object({
  id: z.string().regex(/^[a-z0-9]{4,32}$/),
  name: z.string().min(1).max(100),
  digest: z.string().regex(/^[0-9a-f]{64}$/, "the sha-256 of the key, as 64 hexadecimal digits"),
  scopes: z.array(scopes).min(1),
  models: z.array(z.string().min(1)).min(1).optional(),
  rate: z.object({ perSecond: z.number().positive(), burst: z.number().int().positive().optional() }).optional(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
});
export type KeyRecord = z.infer<typeof keyRecord>;

export type KeyWish = Pick<KeyRecord, "name" | "scopes" | "models" | "rate" | "expiresAt">;

/** A new key: its text is told once, and what is kept does not give it away (256 random bits need no slow hash). */
export function createKey(wish: KeyWish, now: Date): { text: string; record: KeyRecord } {
  const id = randomBytes(5).toString("hex");
  const text = `mr_${id}_${randomBytes(32).toString("base64url")}`;
  return { text, record: keyRecord.parse({ id, digest: digestOf(text), createdAt: now.toISOString(), ...wish }) };
}

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
