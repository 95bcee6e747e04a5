import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { until } from "@millrace/testing";
import { clearBlock, newBlock, sealedBytes } from "./block.js";
import { putByte } from "./byte-writer.js";
import { entryOf, filesBelow, openLogForTest, readParquet } from "./log-for-test.js";
import type { PredictionLogOptions } from "./prediction-log.js";
import { rowsIn } from "./row-reader.js";

type Bench = Awaited<ReturnType<typeof openLogForTest>>;

describe("the prediction log", () => {
  let bench: Bench;
  const begin = async (parts: Partial<PredictionLogOptions> = {}) => (bench = await openLogForTest(parts));
  afterEach(() => bench.remove());

  const parts = () => filesBelow(join(bench.path, "exports"), ".parquet");
  const segments = () => filesBelow(join(bench.path, "spool"), ".rows");
  const open = () => filesBelow(join(bench.path, "spool"), ".open");

  it("writes a part for each kind, model and day, and leaves nothing behind when it stops", async () => {
    const log = await (await begin()).open();
    log.write(
      entryOf({ features: { x: 1 }, prediction: "right", confidence: 0.9, at: new Date("2026-03-04T23:59:59.999Z") }),
    );
    log.write(entryOf({ id: "p-2", at: new Date("2026-03-05T00:00:00Z") }));
    log.write(entryOf({ id: "p-3", model: "fronts" }));
    log.writeLabel({ predictionId: "p-1", at: new Date("2026-03-06T00:00:00Z"), model: "sides", label: "left" });
    await log.stop();
    const names = (await parts()).map((name) => name.replace(/[^/]+\.parquet$/, "*"));
    expect(names).toEqual([
      "log/labels/model=sides/date=2026-03-06/*",
      "log/predictions/model=fronts/date=2026-03-04/*",
      "log/predictions/model=sides/date=2026-03-04/*",
      "log/predictions/model=sides/date=2026-03-05/*",
    ]);
    expect(log.details()).toMatchObject({ written: 4, exported: 4, dropped: {}, spooled_bytes: 0 });
    expect(await filesBelow(join(bench.path, "spool"), "")).toEqual([]);
  });

  it("has every row on the disk within half a second, whether or not anybody waits for it", async () => {
    const log = await (await begin()).open();
    log.write(entryOf());
    const began = Date.now();
    await until("the row", async () => {
      const [file] = await open();
      return file !== undefined && [...rowsIn(await readFile(join(bench.path, "spool", file)))].length === 1;
    });
    expect(Date.now() - began).toBeLessThan(1_000);
    await log.stop();
  });

  it("keeps rows while the store is away, and brings them there when it is back, each once", async () => {
    await begin({ segmentSeconds: 0.001 });
    await mkdir(join(bench.path, "exports"));
    // A file where the folder should be: the store refuses.
    await writeFile(join(bench.path, "exports", "log"), "");
    const log = await bench.open();
    for (let i = 0; i < 300; i++) log.write(entryOf({ id: `p-${i}` }));
    await until("the problem to be told", () => log.details().problem);
    expect(log.details()).toMatchObject({ written: 300, exported: 0 });
    await rm(join(bench.path, "exports", "log"));
    await log.stop();
    expect(log.details()).toEqual({ written: 300, exported: 300, dropped: {}, spooled_bytes: 0 });
    const [part] = await parts();
    expect((await readParquet(join(bench.path, "exports", part!))).rows).toBe(300);
  });

  it("keeps what it could not bring away for the next process, which finds it at its start", async () => {
    await begin();
    await mkdir(join(bench.path, "exports"));
    await writeFile(join(bench.path, "exports", "log"), "");
    const log = await bench.open();
    log.write(entryOf());
    await log.stop();
    expect(await segments()).toHaveLength(1);
    await rm(join(bench.path, "exports", "log"));
    const next = await bench.open();
    await until("the export", async () => (await parts()).length === 1);
    await next.stop();
    expect(await filesBelow(join(bench.path, "spool"), "")).toEqual([]);
  });

  it("exports a segment again into the same parts with the same bytes", async () => {
    await begin();
    await mkdir(join(bench.path, "exports"));
    await writeFile(join(bench.path, "exports", "log"), "");
    const log = await bench.open();
    log.write(entryOf({ features: { x: 1 } }));
    await log.stop();
    await rm(join(bench.path, "exports", "log"));
    const segment = join(bench.path, "spool", (await segments())[0]!);
    const bytes = await readFile(segment);
    const { exportSegments } = await import("./export-segments.js");
    const exported = async () => {
      await writeFile(segment, bytes);
      for await (const outcome of exportSegments({ segments: [segment], store: bench.options.store }))
        expect(outcome).toEqual({ segment, rows: 1 });
      return readFile(join(bench.path, "exports", (await parts())[0]!));
    };
    const first = await exported();
    expect((await exported()).equals(first)).toBe(true);
    expect(await parts()).toHaveLength(1);
  });

  it("sets a segment aside whose rows can't be read, and goes on with the others", async () => {
    await begin();
    const block = clearBlock(newBlock());
    putByte(block.to, 99);
    const odd = join(bench.path, "spool", "dead", "20260304T050607089-dead-1.rows");
    await mkdir(dirname(odd), { recursive: true });
    await writeFile(odd, sealedBytes(block));
    const later = { clock: () => new Date(Date.now() + 120_000) };
    const log = await bench.open(later);
    log.write(entryOf());
    await log.stop();
    expect(log.details()).toMatchObject({ exported: 1, spooled_bytes: 0 });
    expect(await filesBelow(join(bench.path, "spool"), "")).toEqual(["20260304T050607089-dead-1.rows.unreadable"]);
  });

  it("drops what is more than its memory may hold, counts it, and goes on with the rest", async () => {
    const log = await (await begin({ memoryBytes: 1 << 20 })).open();
    log.write(entryOf());
    await until("the first row", () => log.details().written === 1);
    const wide = entryOf({ features: { text: "x".repeat(1_000) } });
    for (let i = 0; i < 5_000; i++) log.write({ ...wide, id: `p-${i}` });
    const { memory } = log.details().dropped as { memory: number };
    expect(memory).toBeGreaterThan(3_500);
    await log.flush();
    expect(log.details().written + memory).toBe(5_001);
    log.write(entryOf({ id: "after" }));
    await log.flush();
    expect(log.details().written + memory).toBe(5_002);
    await log.stop();
  });

  it("drops what is more than the disk may hold, and serves on", async () => {
    const log = await (await begin({ diskBytes: 1 << 20 })).open();
    const wide = entryOf({ features: { text: "x".repeat(1_000) } });
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 400; i++) log.write({ ...wide, id: `p-${round}-${i}` });
      await log.flush();
    }
    const { written, dropped, spooled_bytes } = log.details();
    expect(spooled_bytes).toBeLessThanOrEqual(1 << 20);
    expect(written + dropped.disk! + (dropped.rule_unknown ?? 0)).toBe(4_000);
    await log.stop();
    expect(log.details()).toEqual({ written, exported: written, dropped, spooled_bytes: 0 });
  });

  it("says what the disk says, keeps rows in memory meanwhile, and writes them when the disk is back", async () => {
    const log = await (await begin()).open();
    await rm(join(bench.path, "spool"), { recursive: true });
    await writeFile(join(bench.path, "spool"), "");
    log.write(entryOf());
    await until("the problem to be told", () => log.details().problem);
    expect(log.details().written).toBe(0);
    await rm(join(bench.path, "spool"));
    await until("the row to be written", () => log.details().written === 1);
    expect(log.details().problem).toBeUndefined();
    await log.stop();
    expect(await parts()).toHaveLength(1);
  });

  it("opens and serves where it can't write at all", async () => {
    await begin();
    await writeFile(join(bench.path, "spool"), "");
    const log = await bench.open();
    log.write(entryOf());
    await until("the problem to be told", () => log.details().problem);
    await log.stop();
  });

  it("takes nothing from a replica that lives, and everything from one that has been silent", async () => {
    await begin();
    const living = await bench.open();
    living.write(entryOf());
    await until("the row", () => living.details().written === 1);
    const other = await bench.open();
    expect(await open()).toHaveLength(1);
    const later = await bench.open({ clock: () => new Date(Date.now() + 120_000) });
    await until("the export", async () => (await parts()).length === 1);
    await Promise.all([later.stop(), other.stop(), living.stop()]);
    expect(await parts()).toHaveLength(1);
  });

  it("lets several replicas share a data directory", async () => {
    await begin();
    const logs = await Promise.all([bench.open(), bench.open(), bench.open()]);
    logs.forEach((log, replica) => {
      for (let i = 0; i < 10; i++) log.write(entryOf({ id: `p-${replica}-${i}` }));
    });
    await Promise.all(logs.map((log) => log.stop()));
    const tables = await Promise.all((await parts()).map((part) => readParquet(join(bench.path, "exports", part))));
    expect(tables.map(({ rows }) => rows)).toEqual([10, 10, 10]);
  });
});
