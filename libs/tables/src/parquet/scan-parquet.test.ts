import { cell, type Table } from "@millrace/contracts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTables, scanParquet, type Tables } from "../index.js";

const ROWS = 300_000;
let tables: Tables;
let folder: string;
let path: string;

const dictionary = ["a text that is longer than twelve bytes", "b", "c"];
const written: Table = {
  rows: ROWS,
  columns: [
    { name: "id", kind: "number", values: Float64Array.from({ length: ROWS }, (_, row) => (row % 9 ? row : NaN)) },
    { name: "text", kind: "text", codes: Int32Array.from({ length: ROWS }, (_, row) => (row % 4) - 1), dictionary },
  ],
};

beforeAll(async () => {
  tables = await openTables({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), "tables-"));
  path = join(folder, "rows.parquet");
  await tables.writeParquet(written, path);
});
afterAll(async () => {
  tables.close();
  await rm(folder, { recursive: true });
});

async function batches(options?: Parameters<typeof scanParquet>[1]): Promise<Table[]> {
  const all: Table[] = [];
  for await (const batch of scanParquet(path, options)) all.push(batch);
  return all;
}

describe("scanParquet", () => {
  it("gives all rows in order, about as many at a time as asked for", async () => {
    const all = await batches({ batchRows: 50_000 });
    expect(all.every(({ rows }) => rows < 55_000)).toBe(true);
    const cells = (index: number) =>
      all.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => cell(batch.columns[index]!, row)));
    for (const index of [0, 1]) {
      expect(cells(index)).toEqual(Array.from({ length: ROWS }, (_, row) => cell(written.columns[index]!, row)));
    }
  });

  it("gives the wanted columns", async () => {
    const [first] = await batches({ columns: ["text"] });
    expect(first!.columns).toMatchObject([{ name: "text", dictionary }]);
    await expect(batches({ columns: ["nobody"] })).rejects.toMatchObject({ code: "SOURCE_COLUMN_UNKNOWN" });
  });

  it("may be left before its end", async () => {
    for await (const batch of scanParquet(path, { batchRows: 1000 })) {
      expect(batch.rows).toBeGreaterThanOrEqual(1000);
      break;
    }
  });
});
