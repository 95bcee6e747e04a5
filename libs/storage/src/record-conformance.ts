import { shortDigestOf } from "@millrace/contracts";
import fc from "fast-check";
import { defineCollection, openRecordStore } from "./index.js";
import type { RecordQuery, RecordStore, RecordStoreConfig, Records, Versioned } from "./index.js";
import { sortedKeys } from "./record-model.js";
import { race } from "./spawn-conformance-child.js";

interface Job {
  state?: string | null;
  rank?: number;
  urgent?: boolean;
  note?: unknown;
}

const indexes = { byState: ["state", "rank"], byUrgency: ["urgent"] } as const;
const jobsIn = (name: string) => defineCollection<Job>({ name, indexes });
let collections = 0;

/** What every record store does, whatever keeps the records. `config` names a store that is empty. */
export function recordConformance(driver: string, config: () => Promise<RecordStoreConfig>): void {
  describe(`the ${driver} record store`, () => {
    let store: RecordStore;
    let jobs: Records<Job>;

    beforeAll(async () => {
      store = await openRecordStore(await config());
    });
    beforeEach(() => {
      jobs = store.records(jobsIn(`jobs${++collections}`));
    });
    afterAll(() => store.close());

    async function pagesOf(query: RecordQuery<Job>): Promise<Versioned<Job>[]> {
      const all: Versioned<Job>[] = [];
      for (let after: string | undefined, more = true; more;) {
        const page = await jobs.query({ ...query, after });
        all.push(...page.records);
        after = page.next;
        more = after !== undefined;
      }
      return all;
    }
    const keys = (records: Versioned<Job>[]) => records.map(({ key }) => key);

    it("returns what was put, and undefined for what was not", async () => {
      const { created, record } = await jobs.putIfAbsent("a", { state: "new", note: { "x.y": [1, null, "z"] } });
      expect(created).toBe(true);
      expect(await jobs.get("a")).toEqual(record);
      expect(record.value).toEqual({ state: "new", note: { "x.y": [1, null, "z"] } });
      expect(await jobs.get("b")).toBeUndefined();
    });

    it("keeps the first of two puts", async () => {
      const first = await jobs.putIfAbsent("a", { state: "first" });
      expect(await jobs.putIfAbsent("a", { state: "second" })).toEqual({ created: false, record: first.record });
    });

    it("sets only what has the version that was compared", async () => {
      const { record } = await jobs.putIfAbsent("a", { rank: 1 });
      const second = await jobs.compareAndSet("a", { rank: 2 }, record.version);
      expect(second!.version).toBeGreaterThan(record.version);
      expect(await jobs.compareAndSet("a", { rank: 3 }, record.version)).toBeUndefined();
      expect(await jobs.get("a")).toEqual({ key: "a", version: second!.version, value: { rank: 2 } });
    });

    it("takes version 0 for must not exist", async () => {
      expect(await jobs.compareAndSet("a", { rank: 1 }, 0)).toMatchObject({ value: { rank: 1 } });
      expect(await jobs.compareAndSet("a", { rank: 2 }, 0)).toBeUndefined();
      expect(await jobs.compareAndSet("none", { rank: 2 }, 5)).toBeUndefined();
      expect(await jobs.get("none")).toBeUndefined();
    });

    it("never repeats a version after a removal, so an old holder is refused", async () => {
      const { record } = await jobs.putIfAbsent("lease", { state: "mine" });
      await jobs.remove("lease");
      await jobs.putIfAbsent("lease", { state: "theirs" });
      expect(await jobs.compareAndSet("lease", { state: "mine" }, record.version)).toBeUndefined();
      expect(await jobs.remove("lease", record.version)).toBe(false);
      expect((await jobs.get("lease"))!.value).toEqual({ state: "theirs" });
    });

    it("says who removed a record", async () => {
      const { record } = await jobs.putIfAbsent("a", { state: "x" });
      expect(await jobs.remove("a", record.version + 1)).toBe(false);
      expect(await jobs.remove("a", record.version)).toBe(true);
      expect(await jobs.remove("a")).toBe(false);
      expect((await jobs.query({ index: "byState", equals: { state: "x" } })).records).toEqual([]);
    });

    it("leaves a record as it is when update returns undefined", async () => {
      expect(await jobs.update("a", () => undefined)).toBeUndefined();
      const { record } = await jobs.putIfAbsent("a", { rank: 1 });
      expect(await jobs.update("a", () => undefined)).toEqual(record);
      expect((await jobs.update("a", (now) => ({ rank: now!.rank! + 1 })))!.value).toEqual({ rank: 2 });
    });

    it("throws what change throws and writes nothing", async () => {
      const refuse = () => {
        throw new Error("no such transition");
      };
      await expect(jobs.update("a", refuse)).rejects.toThrow("no such transition");
      expect(await jobs.get("a")).toBeUndefined();
    });

    it("keeps a copy: a later change of the caller's object does not reach it", async () => {
      const value = { note: [1] };
      const { record } = await jobs.putIfAbsent("a", value);
      value.note.push(2);
      (record.value.note as number[]).push(3);
      expect((await jobs.get("a"))!.value).toEqual({ note: [1] });
    });

    it.each(["a.b", "$set", "a/../b", "ключ", " ", "__proto__", "x".repeat(1024), "💧"])(
      "takes the key %j",
      async (key) => {
        await jobs.putIfAbsent(key, { state: key });
        expect((await jobs.get(key))!.value).toEqual({ state: key });
        expect(keys(await pagesOf({ index: "byState", equals: { state: key } }))).toEqual([key]);
        expect(keys(await pagesOf({}))).toEqual([key]);
      },
    );

    it.each(["", "a\0b", "x".repeat(1025), "\ud800"])("refuses the key %j", async (key) => {
      await expect(jobs.get(key)).rejects.toMatchObject({ code: "RECORD_KEY_INVALID" });
      await expect(jobs.putIfAbsent(key, {})).rejects.toMatchObject({ code: "RECORD_KEY_INVALID" });
    });

    it("keeps every JSON value as it is, whatever its fields are called", async () => {
      const property = fc.asyncProperty(fc.jsonValue(), async (note) => {
        const key = `v${shortDigestOf([collections, note])}`;
        const meant: unknown = JSON.parse(JSON.stringify({ note, $set: { "a.b": 1, "": 2, "%": 3, __proto__: 4 } }));
        await jobs.compareAndSet(key, meant as Job, (await jobs.get(key))?.version ?? 0);
        expect((await jobs.get(key))!.value).toEqual(meant);
      });
      await fc.assert(property, { numRuns: 60, seed: 7 });
    });

    it("finds a record under what it is, not under what it was", async () => {
      const { record } = await jobs.putIfAbsent("a", { state: "waiting", rank: 1 });
      await jobs.compareAndSet("a", { state: "done", rank: 2 }, record.version);
      expect(keys(await pagesOf({ index: "byState", equals: { state: "waiting" } }))).toEqual([]);
      expect(keys(await pagesOf({ index: "byState", equals: { state: "done" } }))).toEqual(["a"]);
    });

    it("orders and pages like a sorted list", async () => {
      const text = fc.oneof(fc.constantFrom("a", "ab", "a b", "a!b", "z", "é", "~", ""), fc.string({ maxLength: 6 }));
      const job = fc.record<Job>(
        {
          state: fc.oneof(text, fc.constant(null)),
          rank: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })),
          urgent: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      const shape = fc.record({
        index: fc.constantFrom("byState" as const, "byUrgency" as const, undefined),
        order: fc.constantFrom("asc" as const, "desc" as const),
        limit: fc.integer({ min: 1, max: 5 }),
        given: fc.nat({ max: 2 }),
      });
      const property = fc.asyncProperty(
        fc.array(job, { maxLength: 14 }),
        fc.array(shape, { maxLength: 4 }),
        async (values, shapes) => {
          jobs = store.records(jobsIn(`jobs${++collections}`));
          const model = values.map((value, i) => ({
            key: `k${(i * 7) % 15}`,
            value: JSON.parse(JSON.stringify(value)) as Job,
          }));
          for (const { key, value } of model) await jobs.putIfAbsent(key, value);
          for (const { index, order, limit, given } of shapes) {
            const fields: readonly (keyof Job)[] = index ? indexes[index].slice(0, given) : [];
            const sample = model[0]?.value ?? {};
            const equals = Object.fromEntries(fields.map((field) => [field, sample[field] ?? null])) as Partial<Job>;
            const expected = sortedKeys(model, index ? indexes[index] : [], equals, order);
            expect(keys(await pagesOf({ index, equals, order, limit }))).toEqual(expected);
          }
        },
      );
      await fc.assert(property, { numRuns: 25, seed: 11 });
    });

    it("goes on where the page ended while records come and go", async () => {
      for (const rank of [1, 2, 3, 4, 5]) await jobs.putIfAbsent(`k${rank}`, { state: "s", rank });
      const query: RecordQuery<Job> = { index: "byState", equals: { state: "s" }, limit: 2 };
      const first = await jobs.query(query);
      await jobs.remove("k2");
      await jobs.putIfAbsent("k0", { state: "s", rank: 0 });
      await jobs.putIfAbsent("k2½", { state: "s", rank: 2.5 });
      const second = await jobs.query({ ...query, after: first.next });
      expect(keys(second.records)).toEqual(["k2½", "k3"]);
    });

    it("ends with a page that names no next one", async () => {
      for (const key of ["a", "b"]) await jobs.putIfAbsent(key, {});
      expect((await jobs.query({ limit: 2 })).next).toBeUndefined();
      expect((await jobs.query({ limit: 1 })).next).toBeDefined();
    });

    it("refuses a query that the index cannot answer, and a foreign cursor", async () => {
      await expect(jobs.query({ index: "byState", equals: { rank: 1 } })).rejects.toMatchObject({
        code: "QUERY_INVALID",
      });
      await expect(jobs.query({ equals: { rank: 1 } })).rejects.toMatchObject({ code: "QUERY_INVALID" });
      await expect(jobs.query({ index: "constructor" })).rejects.toMatchObject({ code: "QUERY_INVALID" });
      for (const key of ["a", "b"]) await jobs.putIfAbsent(key, { state: key });
      const { next } = await jobs.query({ index: "byState", limit: 1 });
      await expect(jobs.query({ index: "byUrgency", after: next })).rejects.toMatchObject({ code: "CURSOR_INVALID" });
      await expect(jobs.query({ after: "garbage" })).rejects.toMatchObject({ code: "CURSOR_INVALID" });
    });

    it("refuses to index what has no order", async () => {
      const odd = { state: { nested: true } } as unknown as Job;
      await expect(jobs.putIfAbsent("a", odd)).rejects.toMatchObject({ code: "INDEX_VALUE_UNSUPPORTED" });
      expect(await jobs.get("a")).toBeUndefined();
    });

    it("fills an index that is defined when records are already there", async () => {
      const name = `jobs${++collections}`;
      const before = store.records(defineCollection<Job>({ name, indexes: {} }));
      for (const rank of [3, 1, 2]) await before.putIfAbsent(`k${rank}`, { rank });
      jobs = store.records(defineCollection<Job>({ name, indexes: { byRank: ["rank"] } }));
      expect(keys(await pagesOf({ index: "byRank", limit: 1 }))).toEqual(["k1", "k2", "k3"]);
    });

    it("lets exactly one of 8 racers of one process create", async () => {
      const puts = await Promise.all(Array.from({ length: 8 }, (_, rank) => jobs.putIfAbsent("a", { rank })));
      expect(puts.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(puts.map(({ record }) => record.value.rank)).size).toBe(1);
    });

    it("loses no update of 8 racers of one process", async () => {
      const add = () => jobs.update("a", (now) => ({ rank: (now?.rank ?? 0) + 1 }));
      await Promise.all(Array.from({ length: 8 }, async () => [await add(), await add(), await add()]));
      expect((await jobs.get("a"))!.value).toEqual({ rank: 24 });
    });

    it("is up when its server is", async () => {
      const health = await store.health();
      expect(health).toMatchObject({ name: "records", up: true });
      expect((await store.health()).since).toEqual(health.since);
    });
  });

  describe(`the ${driver} record store, shared by 8 processes`, () => {
    it("loses no update", async () => {
      const shared = await config();
      await race(8, "count up", shared, 25);
      const store = await openRecordStore(shared);
      const counters = store.records(
        defineCollection<{ count: number }>({ name: "counters", indexes: { byCount: ["count"] } }),
      );
      expect((await counters.get("shared"))!.value.count).toBe(200);
      const { records } = await counters.query({ index: "byCount" });
      expect(records.map(({ key }) => key)).toEqual(["shared"]);
      await store.close();
    }, 60_000);

    it("creates each record exactly once", async () => {
      const created = (await race(8, "put if absent", await config(), 20)) as number[];
      expect(created.reduce((sum, count) => sum + count, 0)).toBe(20);
    }, 60_000);
  });
}
