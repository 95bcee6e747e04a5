import { rm } from "node:fs/promises";
import sqlite from "node-sqlite3-wasm";
import { nothingNew, openIngestion, range, shopCsv, shopRows } from "./ingestion-for-test.js";

describe("spans", () => {
  let shop: Awaited<ReturnType<typeof openIngestion>>;
  beforeEach(async () => void (shop = await openIngestion()));
  afterEach(() => shop.close());

  const insert = (rows: readonly (readonly [number, string, string])[]) => {
    const database = new sqlite.Database(shop.at("shop.db"));
    database.exec("create table if not exists visits (id integer, day date, bought text)");
    const put = database.prepare("insert into visits values (?, ?, ?)");
    for (const row of rows) put.run([...row]);
    put.finalize();
    database.close();
  };
  const fromDatabase = (span: string, more = "") =>
    shop.pipeline(`source: { kind: sql, url: "sqlite:shop.db", query: select * from visits }\nspan: ${span}\n${more}`);

  it("of `read: new` has what is new since the watermark, beside the spans before it", async () => {
    await fromDatabase("{ read: new, watermark: id }");
    insert(shopRows(1, 30));
    const first = await shop.run();
    insert(shopRows(31, 40));
    const second = await shop.run();
    expect(first).toMatchObject({ rows: { total: 30 }, span: { to: 30, spans: 1, rows: 30 } });
    expect(second).toMatchObject({ rows: { total: 40 }, span: { from: 30, to: 40, spans: 2, rows: 10 } });
    expect(await shop.rowsOf(second)).toEqual(range(1, 40));
  });

  it("ends a run in which nothing is new, and reads on from there afterwards", async () => {
    await fromDatabase("{ read: new, watermark: id }");
    insert(shopRows(1, 30));
    await shop.run();
    expect(await shop.run()).toMatchObject(nothingNew);
    insert(shopRows(31, 33));
    expect((await shop.run()).rows.total).toBe(33);
  });

  it("gives the same run the same data, whatever came since", async () => {
    await fromDatabase("{ read: new, watermark: id }");
    insert(shopRows(1, 30));
    const first = await shop.run({ run: "the-run" });
    insert(shopRows(31, 60));
    const again = await shop.run({ run: "the-run" });
    expect({ ...again, said: [] }).toEqual({ ...first, said: [] });
    expect((await shop.run()).span).toMatchObject({ from: 30, to: 60, spans: 2 });
  });

  it("moves no watermark over rows of which no dataset was made", async () => {
    await fromDatabase("{ read: new, watermark: id }");
    insert(shopRows(1, 30).map(([id, day]) => [id, day, "yes"]));
    await expect(shop.run()).rejects.toMatchObject({ code: "TARGET_ONE_CLASS" });
    insert(shopRows(31, 40));
    expect((await shop.run()).span).toMatchObject({ spans: 1, rows: 40 });
  });

  it.each(["putIfAbsent", "compareAndSet", "update"] as const)(
    "has every row once when the process dies around any %s and the run is done again",
    async (method) => {
      await fromDatabase("{ read: new, watermark: id }");
      insert(shopRows(1, 30));
      const whole = await shop.run({ run: "first" });
      for (const when of ["before", "after"] as const) {
        insert(shopRows(100, 110));
        const run = `dying-${when}`;
        await shop
          .run({ run, context: { records: dyingAt(method, when, shop.platform.records) } })
          .catch(() => undefined);
        const told = await shop.run({ run });
        const ids = await shop.rowsOf(told);
        expect(ids.filter((id) => id <= 30)).toEqual(range(1, 30));
        expect(ids.filter((id) => id === 105)).toHaveLength(1);
        const database = new sqlite.Database(shop.at("shop.db"));
        database.exec("delete from visits where id >= 100");
        database.close();
        await rm(shop.at("none"), { force: true });
        await forgetAll();
        await shop.run({ run: "first" });
      }
      expect(whole.rows.total).toBe(30);
    },
  );

  const forgetAll = async () => {
    const { sourceProgressCollection } = await import("./span-book.js");
    const records = shop.platform.records.records(sourceProgressCollection);
    for (const { key } of (await records.query({})).records) await records.remove(key);
  };

  it("takes rows that come late, and rows read twice once, also those that are equal", async () => {
    await fromDatabase("{ read: new, watermark: day, late: 3d }");
    insert([...shopRows(1, 30), ...shopRows(29, 29)]);
    await shop.run();
    insert([...shopRows(28, 28), ...shopRows(31, 31)]);
    const told = await shop.run();
    expect(await shop.rowsOf(told)).toEqual([...range(1, 27), 28, 28, 29, 29, 30, 31]);
    expect(await shop.run()).toMatchObject(nothingNew);
  });

  it("counts the newest of rows with the same key", async () => {
    await fromDatabase("{ read: new, watermark: day, late: 3d }", "split: { key: [id] }");
    insert(shopRows(1, 30));
    await shop.run();
    insert([[5, "2024-02-10", "no"] as const, ...shopRows(31, 31)]);
    const told = await shop.run();
    expect(await shop.rowsOf(told)).toEqual(range(1, 31));
  });

  it("drops spans that are older than the window", async () => {
    await fromDatabase("{ read: new, watermark: id, window: 2d }");
    const on = (day: number) => ({ context: { clock: () => new Date(Date.UTC(2024, 0, day)) } });
    insert(shopRows(1, 30));
    await shop.run(on(1));
    insert(shopRows(31, 50));
    await shop.run(on(2));
    insert(shopRows(51, 60));
    expect(await shop.rowsOf(await shop.run(on(4)))).toEqual(range(31, 60));
  });

  it("says which columns changed between two spans, and goes on when they are back", async () => {
    await shop.pipeline("source: { path: days }\nspan: { read: new }");
    const { mkdir } = await import("node:fs/promises");
    await mkdir(shop.at("days"));
    await shop.write("days/1.csv", shopCsv(1, 30));
    await shop.run();
    await shop.write("days/2.csv", shopCsv(31, 40).replace("day", "date"));
    await expect(shop.run()).rejects.toMatchObject({
      code: "SOURCE_SCHEMA_CHANGED",
      message: expect.stringMatching(/without day and with date/),
    });
    await shop.write("days/2.csv", shopCsv(31, 40));
    expect((await shop.run()).rows.total).toBe(40);
  });

  it("of files without a watermark are the files that are new; one that changed is refused", async () => {
    await shop.pipeline("source: { path: day-*.csv }\nspan: { read: new }");
    await shop.write("day-1.csv", shopCsv(1, 30));
    await shop.run();
    await shop.write("day-2.csv", shopCsv(31, 40));
    const second = await shop.run();
    expect(second.span).toEqual({ spans: 2, rows: 10 });
    expect(await shop.rowsOf(second)).toEqual(range(1, 40));
    expect(await shop.run()).toMatchObject(nothingNew);
    await shop.write("day-1.csv", shopCsv(1, 29));
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_FILE_CHANGED" });
  });

  it("of one file that grows are its rows beyond the watermark", async () => {
    await shop.pipeline("source: { path: all.csv }\nspan: { read: new, watermark: day }");
    await shop.write("all.csv", shopCsv(1, 30));
    await shop.run();
    await shop.write("all.csv", shopCsv(1, 35));
    const told = await shop.run();
    expect(told.span).toMatchObject({ from: Date.UTC(2024, 0, 30), to: Date.UTC(2024, 0, 35), rows: 5 });
    expect(await shop.rowsOf(told)).toEqual(range(1, 35));
    expect(await shop.run()).toMatchObject(nothingNew);
  });

  it("of `read: window` has the last rows, counted back from the newest", async () => {
    await shop.pipeline("source: { path: all.csv }\nspan: { read: window, watermark: day, window: 9d }");
    await shop.write("all.csv", shopCsv(1, 30));
    expect(await shop.rowsOf(await shop.run())).toEqual(range(21, 30));
    insert(shopRows(1, 30));
    await fromDatabase("{ read: window, watermark: day, window: 9d }");
    expect((await shop.rowsOf(await shop.run())).at(-1)).toBe(30);
  });

  it("wants a column that grows", async () => {
    await fromDatabase("{ read: new }");
    insert(shopRows(1, 30));
    await expect(shop.run()).rejects.toMatchObject({ code: "SPAN_WITHOUT_WATERMARK" });
  });
});

/** A record store of a process that dies at its first write by this method: before it or right after it. */
function dyingAt<Store extends { records(definition: never): object }>(
  method: string,
  when: "before" | "after",
  store: Store,
): Store {
  let dead = false;
  const dies = (records: object) =>
    new Proxy(records, {
      get:
        (target, name) =>
        async (...given: unknown[]) => {
          const call = (target as Record<string, (...given: unknown[]) => unknown>)[name as string]!;
          if (dead) throw new Error("the process is dead");
          if (name !== method) return call(...given);
          if (when === "after") await call(...given);
          dead = true;
          throw new Error("the process died");
        },
    });
  return { ...store, records: (definition: never) => dies(store.records(definition)) };
}
