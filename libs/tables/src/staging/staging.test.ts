import { cell, sha256, type Table } from "@millrace/contracts";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStaging, openTables, type Staging, type Tables } from "../index.js";

let tables: Tables;
let folder: string;
const open: Staging[] = [];

beforeAll(async () => {
  tables = await openTables({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), "tables-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((staging) => staging.close()));
});
afterAll(async () => {
  tables.close();
  await rm(folder, { recursive: true });
});

async function staged(csv?: string, options: Parameters<typeof openStaging>[0] = {}): Promise<Staging> {
  const staging = await openStaging({ folder, threads: 2, ...options });
  open.push(staging);
  if (csv === undefined) return staging;
  const path = join(folder, "rows.csv");
  await writeFile(path, csv);
  await staging.readFiles({ paths: [path] });
  return staging;
}

const rowsOf = (table: Table) =>
  Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cell(column, row)));

async function written(staging: Staging, rows: "all" | "train" | "test") {
  const path = join(folder, `${rows}.parquet`);
  await staging.write(rows, path, "parquet");
  return rowsOf(await tables.readTable(path));
}

const numbered = (rows: number, more: (row: number) => string = () => "x") =>
  `id,more\n${Array.from({ length: rows }, (_, row) => `${row},${more(row)}`).join("\n")}\n`;

describe("a staging", () => {
  it("tells what was read and writes it in the order of reading", async () => {
    const staging = await staged("a,b\n2,x\n1,\n");
    expect(await staging.describe()).toEqual({
      rows: 2,
      columns: [
        { name: "a", kind: "number" },
        { name: "b", kind: "text" },
      ],
    });
    expect(await written(staging, "all")).toEqual([
      [2, "x"],
      [1, undefined],
    ]);
  });

  it("takes batches whose dictionaries are their own", async () => {
    const staging = await staged();
    const columns = [
      { name: "n", kind: "number" },
      { name: "t", kind: "text" },
    ] as const;
    const batch = (values: number[], codes: number[], dictionary: string[]): Table => ({
      rows: values.length,
      columns: [
        { name: "n", kind: "number", values: Float64Array.from(values) },
        { name: "t", kind: "text", codes: Int32Array.from(codes), dictionary },
      ],
    });
    await staging.sink.begin(columns);
    await staging.sink.append(batch([1, NaN], [0, 1], ["z", "a text that is longer than twelve bytes"]));
    await staging.sink.append(batch([3, 4], [-1, 0], ["ä"]));
    expect(await written(staging, "all")).toEqual([
      [1, "z"],
      [undefined, "a text that is longer than twelve bytes"],
      [3, undefined],
      [4, "ä"],
    ]);
  });

  it("refuses a batch whose columns are others", async () => {
    const staging = await staged();
    await staging.sink.begin([{ name: "n", kind: "number" }]);
    const other: Table = {
      rows: 1,
      columns: [{ name: "n", kind: "text", codes: Int32Array.of(0), dictionary: ["x"] }],
    };
    await expect(staging.sink.append(other)).rejects.toMatchObject({ code: "SOURCE_SCHEMA_CHANGED" });
  });

  it("describes its columns", async () => {
    expect(await (await staged("a,b,c\n1,x,\n3,x,\n,y,\n")).statistics()).toEqual([
      { name: "a", kind: "number", missing: 1, min: 1, max: 3, mean: 2 },
      { name: "b", kind: "text", missing: 0, distinct: 2 },
      { name: "c", kind: "number", missing: 3, min: undefined, max: undefined, mean: undefined },
    ]);
  });

  it("may be without rows", async () => {
    const staging = await staged("a,b\n");
    expect(await staging.describe()).toMatchObject({ rows: 0, columns: [{ name: "a" }, { name: "b" }] });
    expect(await staging.split({ test: 0.2, seed: 1 })).toMatchObject({ train: 0, test: 0 });
  });

  it("leaves nothing behind when it is closed", async () => {
    const staging = await openStaging({ folder });
    await staging.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("millrace-"))).toEqual([]);
  });

  it("keeps the newest of rows with the same key, the last one read among equals, and the numbers of those that stay", async () => {
    const staging = await staged("key,at,v\na,1,1\nb,5,2\na,3,3\nb,5,4\n,9,5\n,9,6\na,2,7\n");
    expect(await staging.keepNewest(["key"], "at")).toBe(3);
    expect(await written(staging, "all")).toEqual([
      ["a", 3, 3],
      ["b", 5, 4],
      [undefined, 9, 5],
      [undefined, 9, 6],
    ]);
    const { test, train } = await staging.split({ test: 0.5, seed: 1 });
    expect([test, train]).toEqual([2, 2]);
    const numbers = [...(await staging.rowNumbers("train")), ...(await staging.rowNumbers("test"))];
    expect(numbers.sort()).toEqual([3, 4, 5, 6]);
  });

  it("drops what is below a border, and tells the largest value", async () => {
    const staging = await staged("day,v\n2020-01-02,1\n2020-01-01,2\n,3\n2020-01-03,4\n");
    expect(await staging.largest("day")).toBe(Date.UTC(2020, 0, 3));
    expect(await staging.dropBelow("day", Date.UTC(2020, 0, 2))).toBe(1);
    expect((await written(staging, "all")).map(([, v]) => v)).toEqual([1, 3, 4]);
    expect(await (await staged("a\nNA\n")).largest("a")).toBeUndefined();
  });
});

describe("a split", () => {
  it("has exactly the share of rows, and every row on one side", async () => {
    const staging = await staged(numbered(1000));
    const { train, test } = await staging.split({ test: 0.2, seed: 42 });
    expect([train, test]).toEqual([800, 200]);
    const sides = [await written(staging, "train"), await written(staging, "test")].map((rows) =>
      rows.map(([id]) => id),
    );
    expect(sides.map(({ length }) => length)).toEqual([800, 200]);
    expect(new Set(sides.flat()).size).toBe(1000);
    expect(sides[0]).toEqual([...sides[0]!].sort((a, b) => Number(a) - Number(b)));
    expect([...(await staging.rowNumbers("test"))]).toEqual(sides[1]!.map((id) => Number(id) + 1));
  });

  it("is another one with another seed, and the same one with the same seed", async () => {
    const ids = async (seed: number) => {
      const staging = await staged(numbered(200));
      await staging.split({ test: 0.3, seed });
      return [...(await staging.rowNumbers("test"))];
    };
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });

  it("leaves each row on its side when data grow and the cuts are given", async () => {
    const first = await staged(numbered(500));
    const { cuts } = await first.split({ test: 0.2, seed: 42 });
    const before = new Set((await written(first, "test")).map(([id]) => id));
    const second = await staged(numbered(900));
    expect((await second.split({ test: 0.2, seed: 42 }, cuts)).cuts).toEqual(cuts);
    const after = new Set((await written(second, "test")).map(([id]) => id));
    for (let id = 0; id < 500; id++) expect(after.has(id)).toBe(before.has(id));
  });

  it("does not depend on the order of rows, of columns, or on the format", async () => {
    const one = await staged("a,b\n1,x\n2,y\n3,z\n4,\n5,a text that is longer\n6,v\n");
    const two = await staged('b,a\n"v",6\nz,3.0\n,4\ny,2e0\nx,1\na text that is longer,5\n');
    const cuts = (await one.split({ test: 0.5, seed: 3 })).cuts;
    expect((await two.split({ test: 0.5, seed: 3 })).cuts).toEqual(cuts);
    const [first, second] = [await written(one, "test"), await written(two, "test")];
    expect(second.map(([, a]) => a).sort()).toEqual(first.map(([a]) => a).sort());
  });

  it("has hashes that are always the same", async () => {
    const staging = await staged("a,b\n1,x\n2,a text that is longer\n,\n");
    expect((await staging.split({ test: 0.34, seed: 42 })).cuts).toMatchInlineSnapshot(`
     {
       "": 0.6016700760328354,
     }
    `);
  });

  it("keeps the share of each class, and gives each class with two different rows one on each side", async () => {
    const staging = await staged(numbered(1000, (row) => (row < 2 ? "rare" : row % 10 ? "no" : "yes")));
    const { cuts } = await staging.split({ test: 0.2, seed: 42, stratify: "more" });
    expect(Object.keys(cuts)).toEqual(["no", "rare", "yes"]);
    const test = (await written(staging, "test")).map(([, more]) => more);
    const count = (name: string) => test.filter((more) => more === name).length;
    expect([count("no"), count("rare"), count("yes")]).toEqual([180, 1, 20]);
  });

  it("gives a class that is new its own cut and leaves the others", async () => {
    const first = await staged(numbered(100, (row) => (row % 2 ? "a" : "b")));
    const { cuts } = await first.split({ test: 0.2, seed: 42, stratify: "more" });
    const second = await staged(numbered(150, (row) => (row >= 100 ? "c" : row % 2 ? "a" : "b")));
    const outcome = await second.split({ test: 0.2, seed: 42, stratify: "more" }, cuts);
    expect(outcome.cuts).toMatchObject(cuts);
    expect(outcome.test).toBe(30);
  });

  it("puts a row that is alone in its class with the training rows", async () => {
    const staging = await staged(numbered(41, (row) => (row === 7 ? "alone" : "many")));
    await staging.split({ test: 0.5, seed: 42, stratify: "more" });
    expect((await written(staging, "train")).some(([, more]) => more === "alone")).toBe(true);
  });

  it("never has exact duplicates on both sides, and tells what a naive split would leak", async () => {
    const staging = await staged(`id\n${Array.from({ length: 300 }, (_, row) => row % 100).join("\n")}\n`);
    const { duplicates } = await staging.split({ test: 0.2, seed: 42 });
    expect(duplicates.rows).toBe(200);
    expect(duplicates.leaked).toBeCloseTo(100 * 3 * 0.2 * (1 - 0.2 ** 2), 9);
    const [train, test] = [await written(staging, "train"), await written(staging, "test")];
    const trained = new Set(train.map(([id]) => id));
    expect(test.length).toBeGreaterThan(0);
    expect(test.filter(([id]) => trained.has(id))).toEqual([]);
  });

  it("by group has no group on both sides", async () => {
    const staging = await staged(numbered(1000, (row) => `customer ${row % 50}`));
    const { test } = await staging.split({ test: 0.2, seed: 42, group: "more", stratify: "id" });
    expect(test).toBe(200);
    const groups = async (side: "train" | "test") => new Set((await written(staging, side)).map(([, more]) => more));
    const trained = await groups("train");
    expect([...(await groups("test"))].filter((group) => trained.has(group))).toEqual([]);
  });

  it("by key is of the key alone", async () => {
    const side = async (more: string) => {
      const staging = await staged(numbered(100, () => more));
      await staging.split({ test: 0.2, seed: 42, key: ["id"] });
      return [...(await staging.rowNumbers("test"))];
    };
    expect(await side("x")).toEqual(await side("y"));
  });

  it("by time has the latest rows in the test, equal times on one side and rows without a time in the training", async () => {
    const day = (row: number) => (row === 5 ? "" : `2020-01-${String(10 + Math.floor(row / 10)).padStart(2, "0")}`);
    const staging = await staged(numbered(100, day));
    const { cuts, test } = await staging.split({ test: 0.25, seed: 42, time: "more" });
    expect(cuts).toEqual({ "": Date.UTC(2020, 0, 16) });
    expect(test).toBe(30);
    expect((await written(staging, "test")).map(([id]) => id)).toEqual(Array.from({ length: 30 }, (_, at) => 70 + at));
  });

  it("tells which setting names a column that is not there, or a time that is text", async () => {
    const staging = await staged(numbered(10));
    const split = (rule: object) => staging.split({ test: 0.2, seed: 1, ...rule });
    await expect(split({ key: ["nobody"] })).rejects.toMatchObject({
      code: "SOURCE_COLUMN_UNKNOWN",
      problem: { where: "split.key" },
    });
    await expect(split({ time: "more" })).rejects.toMatchObject({ code: "SPLIT_TIME_IS_TEXT" });
    await expect(staging.write("train", join(folder, "no.parquet"), "parquet")).rejects.toMatchObject({
      code: "STAGING_NOT_SPLIT",
    });
  });
});

describe("what a staging writes", () => {
  it("has the same bytes on any number of threads", async () => {
    const csv = numbered(300_000, (row) => (row % 7 ? `text ${row % 3000}` : ""));
    const digests = new Set<string>();
    for (const threads of [1, 2, 4]) {
      const staging = await staged(csv, { threads });
      await staging.split({ test: 0.2, seed: 42 });
      const path = join(folder, "threads.parquet");
      await staging.write("train", path, "parquet");
      const train = sha256(await readFile(path));
      await staging.write("test", path, "csv");
      digests.add(`${train} ${sha256(await readFile(path))}`);
    }
    expect(digests.size).toBe(1);
  });

  it("may be CSV, with names that differ in nothing but case", async () => {
    const staging = await staged('Age,age\n1,"x, y"\n');
    const path = join(folder, "out.csv");
    await staging.write("all", path, "csv");
    expect(await readFile(path, "utf8")).toBe('Age,age\n1.0,"x, y"\n');
  });

  it("keeps minus zero as zero", async () => {
    const staging = await staged("a\n-0\n0\n");
    expect((await written(staging, "all")).map(([a]) => Object.is(a, 0))).toEqual([true, true]);
  });
});
