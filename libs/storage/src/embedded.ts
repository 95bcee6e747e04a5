import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { ProblemError, Retry, problemOf } from "@millrace/contracts";
import { healthOf } from "./dependency-health.js";
import { changedEntries, indexesOf, recordAt, type ChangedEntries, type Lmdb } from "./embedded-index.js";
import { cursorOf, planOf, type QueryPlan } from "./query-plan.js";
import type { CollectionDefinition, RecordPage, Records, RecordStore, Versioned } from "./record-store.js";
import { jsonOf, recordKey, versionsFrom } from "./record-value.js";
import { updateBy } from "./update.js";

/**
 * Records in lmdb, in `<dir>/records`; several processes may open the same folder.
 *
 * A write waits for lmdb's commit and then for its flush. The commit is enough to outlive a killed process, since the pages
 * are in the kernel's cache by then; the flush is for a power cut. lmdb flushes on its own thread before the promise of the
 * commit reaches this one, so the second wait costs nothing that could be measured: .26 ms a put, either way.
 */
export async function openEmbeddedRecords(config: { dir: string; clock: () => Date }): Promise<RecordStore> {
  const path = join(config.dir, "records");
  mkdirSync(path, { recursive: true });
  const firstVersion = versionsFrom(config.clock);
  const db: Lmdb = open<unknown, string[]>({ path, encoding: "json", useVersions: true, noSubdir: false });
  return {
    name: "embedded",
    records: <T>(definition: CollectionDefinition<T>) => recordsIn<T>(db, definition, firstVersion),
    health: healthOf("records", async () => void db.doesExist(["health"]), config.clock),
    close: () => db.close(),
  };
}

function recordsIn<T>(db: Lmdb, definition: CollectionDefinition<T>, firstVersion: () => number): Records<T> {
  const { name } = definition;
  const indexes = indexesOf(db, definition);
  const at = (key: string) => recordAt(name, recordKey(name, key));

  function read(key: string): Versioned<T> | undefined {
    db.resetReadTxn();
    const entry = db.getEntry(at(key));
    return entry && { key, version: entry.version!, value: entry.value as T };
  }

  // The condition and everything in `write` are one transaction, run on lmdb's own thread while no other process writes.
  const writeIf = async (key: string, version: number, write: () => void): Promise<boolean> => {
    try {
      const written = await (version === 0 ? db.ifNoExists(at(key), write) : db.ifVersion(at(key), version, write));
      if (written) await db.flushed;
      return written;
    } catch (thrown) {
      return outageOf(thrown);
    }
  };

  async function compareAndSet(key: string, given: T, version: number): Promise<Versioned<T> | undefined> {
    const value = jsonOf(name, key, given);
    const entriesOf = await indexes.ready();
    const before = read(key);
    if ((before?.version ?? 0) !== version) return undefined;
    const next = version === 0 ? firstVersion() : version + 1;
    const change = changedEntries(entriesOf(key, before?.value), entriesOf(key, value));
    const written = await writeIf(key, version, () => write(key, value, next, change));
    return written ? { key, version: next, value } : undefined;
  }

  function write(key: string, value: T, version: number, { gone, added }: ChangedEntries): void {
    void db.put(at(key), value, version);
    for (const entry of gone) void db.remove(entry);
    for (const entry of added) void db.put(entry, key);
  }

  async function putIfAbsent(key: string, value: T): Promise<{ created: boolean; record: Versioned<T> }> {
    for (;;) {
      const existing = read(key);
      if (existing) return { created: false, record: existing };
      const record = await compareAndSet(key, value, 0);
      if (record) return { created: true, record };
    }
  }

  async function remove(key: string, version?: number): Promise<boolean> {
    for (;;) {
      const entriesOf = await indexes.ready();
      const before = read(key);
      if (!before || (version !== undefined && before.version !== version)) return false;
      const removed = await writeIf(key, before.version, () => {
        void db.remove(at(key));
        for (const entry of entriesOf(key, before.value)) void db.remove(entry);
      });
      if (removed || version !== undefined) return removed;
    }
  }

  /** All of a page is read in one turn of the event loop, which is one snapshot of the database. */
  function page(plan: QueryPlan): RecordPage<T> {
    db.resetReadTxn();
    const found: { position: string; record: Versioned<T> }[] = [];
    for (const { position, key } of indexes.range(plan)) {
      const entry = db.getEntry(recordAt(name, key));
      if (!entry || indexes.positionOf(plan, key, entry.value) !== position) continue;
      if (found.length === plan.limit) return pageOf(found, plan);
      found.push({ position, record: { key, version: entry.version!, value: entry.value as T } });
    }
    return { records: found.map(({ record }) => record) };
  }

  const records: Records<T> = {
    get: async (key) => read(key),
    putIfAbsent,
    compareAndSet,
    update: (key, change) => updateBy(records, `collection ${name}`, key, change),
    remove,
    async query(query) {
      const plan = planOf(definition, query);
      await indexes.ready();
      return page(plan);
    },
  };
  return records;
}

const pageOf = <T>(found: { position: string; record: Versioned<T> }[], plan: QueryPlan): RecordPage<T> => ({
  records: found.map(({ record }) => record),
  next: cursorOf(plan, found.at(-1)!.position),
});

function outageOf(thrown: unknown): never {
  if (thrown instanceof ProblemError) throw thrown;
  throw new Retry(
    { ...problemOf(thrown), code: "RECORDS_UNAVAILABLE", remedy: "See whether the disk is full or read-only." },
    { cause: thrown, dependency: "records" },
  );
}
