import { digestOf, type Digest } from "@millrace/contracts";
import { defineCollection, type ArtifactStore, type RecordStore } from "@millrace/storage";

/** What was computed once, by what it was computed from. */
export interface MemoRecord {
  kind: string;
  value: unknown;
  at: string;
}

/** Keyed by kind and the digest of everything that the value depends on. */
export const memoCollection = defineCollection<MemoRecord>({ name: "memo", indexes: { byKind: ["kind", "at"] } });

export interface Memo<Value> {
  /** What was kept for the same content. A value whose artifacts are no longer all there counts as unknown. */
  recall(of: unknown): Promise<Value | undefined>;
  keep(of: unknown, value: Value): Promise<void>;
}

interface Stores {
  readonly records: RecordStore;
  readonly artifacts: Pick<ArtifactStore, "has">;
  readonly clock: () => Date;
}

/**
 * Parts of a step's work that another run may need again: finer than the manifests of a step, which know whole events. Raise
 * `version` when the code gives another value for the same content.
 */
export function openMemo<Value>(kind: string, version: number, { records, artifacts, clock }: Stores): Memo<Value> {
  const memo = records.records(memoCollection);
  const keyOf = (of: unknown) => `${kind}/${digestOf({ version, of }).slice(7)}`;
  return {
    async recall(of) {
      const value = (await memo.get(keyOf(of)))?.value.value;
      if (value === undefined) return undefined;
      const there = await Promise.all([...digestsIn(value)].map((digest) => artifacts.has({ digest })));
      return there.every(Boolean) ? (value as Value) : undefined;
    },
    async keep(of, value) {
      await memo.putIfAbsent(keyOf(of), { kind, value, at: clock().toISOString() });
    },
  };
}

/** Every artifact that a value refers to, each once. */
function digestsIn(value: unknown, found = new Set<Digest>()): Set<Digest> {
  if (typeof value !== "object" || value === null) return found;
  const { digest } = value as { digest?: unknown };
  if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) found.add(digest as Digest);
  for (const member of Object.values(value)) digestsIn(member, found);
  return found;
}
