import type { Database } from "lmdb";
import type { QueryPlan } from "./query-plan.js";
import type { CollectionDefinition } from "./record-store.js";
import { indexId, sortKey } from "./sort-key.js";

export type Lmdb = Database<unknown, string[]>;
type Indexes = Record<string, readonly string[]>;

// The keys of the one database: records by collection and key, entries by collection, index and sort key, and for each
// collection the indexes that exist.
export const recordAt = (collection: string, key: string): string[] => ["r", collection, key];
const entryAt = (collection: string, id: string, position: string): string[] => ["i", collection, id, position];
const indexesAt = (collection: string): string[] => ["m", collection];

export interface ChangedEntries {
  gone: string[][];
  added: string[][];
}

/** The entries of a record, of which there are none while its value is undefined. */
export type EntriesOf = (key: string, value: unknown) => string[][];

export function changedEntries(before: string[][], after: string[][]): ChangedEntries {
  const [had, has] = [before, after].map((entries) => new Set(entries.map((entry) => JSON.stringify(entry))));
  return {
    gone: before.filter((entry) => !has!.has(JSON.stringify(entry))),
    added: after.filter((entry) => !had!.has(JSON.stringify(entry))),
  };
}

export function indexesOf<T>(db: Lmdb, definition: CollectionDefinition<T>) {
  const { name } = definition;
  const where = `collection ${name}`;
  const wanted: Indexes = Object.fromEntries(
    Object.entries(definition.indexes).map(([index, fields]) => [indexId(index, fields), fields]),
  );
  const existing = (): Indexes => (db.get(indexesAt(name)) as Indexes | undefined) ?? {};
  const lacking = (): string[] => Object.keys(wanted).filter((id) => !(id in existing()));

  // Other versions of the program may keep other indexes of the same collection: a write maintains all that exist.
  const entriesOf: EntriesOf = (key, value) =>
    value === undefined
      ? []
      : Object.entries(existing()).map(([id, fields]) => entryAt(name, id, sortKey(fields, value, key, where)));

  function fill(ids: string[]): void {
    for (const { key, value } of db.getRange({ start: recordAt(name, ""), end: recordAt(name, "\u{10ffff}") }))
      for (const id of ids) void db.put(entryAt(name, id, sortKey(wanted[id]!, value, key[2]!, where)), key[2]);
    void db.put(indexesAt(name), { ...existing(), ...wanted });
  }

  /** Makes the indexes that do not exist yet, of what is already stored, before the first write or query. */
  async function ready(): Promise<EntriesOf> {
    db.resetReadTxn();
    if (lacking().length > 0) await db.transaction(() => fill(lacking()));
    return entriesOf;
  }

  const positionOf = ({ index, fields }: QueryPlan, key: string, value: unknown): string =>
    index === undefined ? key : sortKey(fields, value, key, where);

  function* range(plan: QueryPlan): Generator<{ position: string; key: string }> {
    const at = (position: string) =>
      plan.index === undefined ? recordAt(name, position) : entryAt(name, indexId(plan.index, plan.fields), position);
    const [start, end] = plan.desc ? [plan.below, plan.above] : [plan.above, plan.below];
    for (const { key, value } of db.getRange({ start: at(start), end: at(end), reverse: plan.desc })) {
      const position = key.at(-1)!;
      if (position !== start) yield { position, key: plan.index === undefined ? position : (value as string) };
    }
  }

  return { ready, range, positionOf };
}
