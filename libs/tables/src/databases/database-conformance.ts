import { collectingSink } from "./collecting-sink.js";
import type { DatabaseSource } from "./database-source.js";
import { countRows, largestOf, readDatabase } from "./index.js";

export type ColumnType = "whole" | "number" | "flag" | "time" | "text";
export type Value = number | bigint | boolean | Date | string | null;

/** A database to try: each test fills a table of its own. */
export interface DatabaseSetting {
  fill(
    table: string,
    columns: Readonly<Record<string, ColumnType>>,
    rows: readonly (readonly Value[])[],
  ): Promise<void>;
  /** All rows of a table, in the order of `id`. */
  source(table: string): DatabaseSource;
  close(): Promise<void>;
}

const noon = Date.UTC(2024, 4, 1, 12);

/** What every database has to do, whichever it is. */
export function databaseConformance(name: string, open: () => Promise<DatabaseSetting>): void {
  describe(`${name} as a source`, () => {
    let setting: DatabaseSetting;
    let tables = 0;
    beforeAll(async () => void (setting = await open()));
    afterAll(() => setting.close());

    async function filled(columns: Readonly<Record<string, ColumnType>>, rows: readonly (readonly Value[])[]) {
      const table = `t${process.pid}_${Date.now()}_${tables++}`;
      await setting.fill(table, columns, rows);
      return setting.source(table);
    }
    const counted = (count: number) =>
      filled(
        { id: "whole" },
        Array.from({ length: count }, (_, row) => [row + 1]),
      );

    it("reads numbers, flags, times and texts, and nothing where nothing is", async () => {
      const source = await filled({ id: "whole", price: "number", sold: "flag", at: "time", city: "text" }, [
        [1, 1.5, true, new Date(noon), "Zürich"],
        [2, -0.25, false, new Date(noon + 1), 'O\'Hare; "x" 🐟'],
        [3, null, null, null, null],
      ]);
      const sink = collectingSink();
      expect(await readDatabase(source, sink)).toMatchObject({ rows: 3, columns: sink.columns() });
      expect(sink.columns()).toEqual([
        { name: "id", kind: "number" },
        { name: "price", kind: "number" },
        { name: "sold", kind: "number" },
        { name: "at", kind: "number" },
        { name: "city", kind: "text" },
      ]);
      expect(sink.rows()).toEqual([
        [1, 1.5, 1, noon, "Zürich"],
        [2, -0.25, 0, noon + 1, 'O\'Hare; "x" 🐟'],
        [3, undefined, undefined, undefined, undefined],
      ]);
    });

    it("reads whole numbers that no double holds as texts, digit by digit, in the whole column", async () => {
      const large = 9_007_199_254_740_993n;
      const source = await filled({ id: "whole", account: "whole" }, [
        [1, 7],
        [2, 8],
        [3, large],
        [4, null],
      ]);
      const sink = collectingSink();
      await readDatabase(source, sink, { batchRows: 2 });
      expect(sink.column("account")).toEqual(["7", "8", String(large), undefined]);
    });

    it("gives rows in batches, in their order, and no faster than they are put away", async () => {
      const source = await counted(1_000);
      const sink = collectingSink();
      const progress: number[] = [];
      const read = await readDatabase(source, sink, { batchRows: 64, onProgress: (rows) => progress.push(rows) });
      expect(read.rows).toBe(1_000);
      expect(sink.column("id")).toEqual(Array.from({ length: 1_000 }, (_, row) => row + 1));
      expect(Math.max(...sink.batches.map(({ rows }) => rows))).toBeLessThanOrEqual(64);
      expect(progress.at(-1)).toBe(1_000);
    });

    it("reads only what is beyond a number, up to another one, and tells how far it came", async () => {
      const source = await counted(10);
      const sink = collectingSink();
      const bounds = { since: { column: "id", after: 3 }, until: { column: "id", upTo: 8 } };
      expect(await readDatabase(source, sink, bounds)).toMatchObject({ rows: 5, watermark: 8 });
      expect(sink.column("id")).toEqual([4, 5, 6, 7, 8]);
    });

    it("goes on from a time to the millisecond", async () => {
      const times = [0, 1, 500, 86_400_000].map((more, row) => [row, new Date(noon + more)]);
      const source = await filled({ id: "whole", at: "time" }, times);
      const first = await readDatabase(source, collectingSink(), { until: { column: "at", upTo: noon + 1 } });
      expect(first).toMatchObject({ rows: 2, watermark: noon + 1 });
      const sink = collectingSink();
      const since = { column: "at", after: first.watermark! };
      expect(await readDatabase(source, sink, { since })).toMatchObject({ rows: 2, watermark: noon + 86_400_000 });
      expect(sink.column("id")).toEqual([2, 3]);
    });

    it("goes on from a text in the order of its bytes, whatever the language of the database", async () => {
      const names = ["Zoe", "adam", "Érik", "zoe", "bert"].map((text, row) => [row, text]);
      const source = await filled({ id: "whole", name: "text" }, names);
      const sink = collectingSink();
      const read = await readDatabase(source, sink, { since: { column: "name", after: "adam" } });
      expect(read).toMatchObject({ rows: 3, watermark: "Érik" });
      expect(sink.column("name").sort()).toEqual(["bert", "zoe", "Érik"]);
    });

    it("goes on from a whole number that no double holds", async () => {
      const large = 9_007_199_254_740_992n;
      const source = await filled(
        { id: "whole", account: "whole" },
        [0n, 1n, 2n, 3n].map((more) => [more, large + more]),
      );
      const sink = collectingSink();
      const read = await readDatabase(source, sink, { since: { column: "account", after: String(large + 1n) } });
      expect(read).toMatchObject({ rows: 2, watermark: String(large + 3n) });
      expect(sink.column("id")).toEqual([2, 3]);
    });

    it("reads nothing, and that is no error, where nothing is new", async () => {
      const source = await counted(3);
      const sink = collectingSink();
      expect(await readDatabase(source, sink, { since: { column: "id", after: 3 } })).toMatchObject({ rows: 0 });
      expect(sink.batches).toEqual([]);
    });

    it("counts rows, and those beyond a watermark, and knows the largest value", async () => {
      const source = await filled({ id: "whole", at: "time", name: "text" }, [
        [9, new Date(noon), "b"],
        [10, new Date(noon - 1), "a"],
        [11, null, null],
      ]);
      expect(await countRows(source)).toBe(3);
      expect(await countRows(source, { column: "id", after: 9 })).toBe(2);
      expect(await countRows(source, { column: "at", after: noon - 1 })).toBe(1);
      expect(await largestOf(source, "id")).toBe(11);
      expect(await largestOf(source, "at")).toBe(noon);
      expect(await largestOf(source, "name")).toBe("b");
    });

    it("says that there are no rows", async () => {
      const source = await filled({ id: "whole" }, []);
      await expect(readDatabase(source, collectingSink())).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
    });

    it("says that there is no such table", async () => {
      const source = setting.source("absent");
      await expect(readDatabase(source, collectingSink())).rejects.toMatchObject({
        code: "SOURCE_NOT_FOUND",
        message: expect.stringContaining("absent") as string,
      });
    });

    it("says that the watermark is no column", async () => {
      const source = await counted(2);
      await expect(readDatabase(source, collectingSink(), { watermark: "updated_at" })).rejects.toMatchObject({
        code: "SOURCE_COLUMN_UNKNOWN",
        message: expect.stringContaining("updated_at") as string,
      });
    });

    it("throws what the sink threw", async () => {
      const source = await counted(1_000);
      const full = new Error("the disk is full");
      const sink = { ...collectingSink(), append: () => Promise.reject(full) };
      await expect(readDatabase(source, sink, { batchRows: 64 })).rejects.toBe(full);
    });

    it("ends when it is called off, and says so", async () => {
      const source = await counted(5_000);
      const off = new AbortController();
      const why = new Error("the run was stopped");
      const sink = collectingSink();
      const reading = readDatabase(source, sink, {
        batchRows: 64,
        signal: off.signal,
        onProgress: () => off.abort(why),
      });
      await expect(reading).rejects.toBe(why);
      expect(sink.batches.length).toBeLessThan(5);
    });

    it("holds no more than some megabytes of long texts at once", async () => {
      const text = "x".repeat(6_000_000);
      const source = await filled(
        { id: "whole", page: "text" },
        [0, 1, 2, 3, 4, 5].map((id) => [id, `${id}${text}`]),
      );
      const sink = collectingSink();
      expect((await readDatabase(source, sink)).rows).toBe(6);
      expect(Math.max(...sink.batches.map(({ rows }) => rows))).toBeLessThanOrEqual(3);
      expect(sink.column("page").map((page) => String(page).length)).toEqual([0, 1, 2, 3, 4, 5].map(() => 6_000_001));
    }, 60_000);
  });
}
