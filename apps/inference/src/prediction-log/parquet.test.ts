import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { temporaryFolder } from "@millrace/testing";
import { entryOf, readParquet, writtenRows } from "./log-for-test.js";
import { folderName, partsOf } from "./log-parts.js";
import { parquetBytes, type ParquetColumn } from "./parquet.js";

async function query(sql: string): Promise<unknown[]> {
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

describe("parts in Parquet", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder("parquet");
  });
  afterAll(() => folder.remove());

  it("are read by DuckDB as they are, over versions with other features, with partitions as columns", async () => {
    const entries = [
      entryOf({ id: "p-1", version: 1, features: { age: 41, shop: "a" }, prediction: "left", confidence: 0.5 }),
      entryOf({ id: "p-2", version: 2, features: { age: 42, city: "é" }, at: new Date("2026-03-05T00:00:00.001Z") }),
      entryOf({ id: "p-3", version: undefined, status: 503, problem: "NO_MODEL" }),
    ];
    const { rows } = await writtenRows(entries);
    for (const row of rows)
      for (const { key, bytes } of partsOf(`segment-${row.kind === "prediction" ? row.id : ""}`, [row])) {
        await mkdir(dirname(join(folder.path, key)), { recursive: true });
        await writeFile(join(folder.path, key), bytes);
      }
    const all = `read_parquet('${folder.path}/predictions/**/*.parquet', union_by_name=true, hive_partitioning=true)`;
    expect(
      await query(`select id, requested_at as "at", version, status, model, date, features->>'age' as age, features->>'city' as city
        from ${all} order by id`),
    ).toEqual([
      {
        id: "p-1",
        at: "2026-03-04 05:06:07.089",
        version: 1,
        status: 200,
        model: "sides",
        date: "2026-03-04",
        age: "41",
        city: null,
      },
      {
        id: "p-2",
        at: "2026-03-05 00:00:00.001",
        version: 2,
        status: 200,
        model: "sides",
        date: "2026-03-05",
        age: "42",
        city: "é",
      },
      {
        id: "p-3",
        at: "2026-03-04 05:06:07.089",
        version: null,
        status: 503,
        model: "sides",
        date: "2026-03-04",
        age: null,
        city: null,
      },
    ]);
    const types = (await query(`describe select * from ${all}`)) as { column_name: string; column_type: string }[];
    expect(Object.fromEntries(types.map((each) => [each.column_name, each.column_type]))).toMatchObject({
      ...{
        id: "VARCHAR",
        requested_at: "TIMESTAMP",
        version: "INTEGER",
        confidence: "DOUBLE",
        features: "VARCHAR",
        date: "DATE",
      },
    });
  });

  it("hold any texts and numbers, and nothing, as they were given", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            text: fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
            double: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
          }),
          { minLength: 1, maxLength: 70 },
        ),
        async (rows) => {
          const columns: ParquetColumn[] = [
            { name: "text", kind: "text", values: rows.map(({ text }) => text) },
            { name: "double", kind: "double", values: rows.map(({ double }) => double) },
          ];
          const path = join(folder.path, "any.parquet");
          await writeFile(path, parquetBytes(columns, rows.length));
          const [text, double] = (await readParquet(path)).columns;
          if (text?.kind !== "text" || double?.kind !== "number") throw new Error("other kinds");
          expect([...text.codes].map((code) => text.dictionary[code])).toEqual(columns[0]!.values);
          // The reader has one zero.
          expect([...double.values]).toEqual(rows.map((row) => (row.double === undefined ? NaN : row.double + 0)));
        },
      ),
      { numRuns: 25 },
    ));

  it("lie where a model's name can do no harm", () => {
    expect(folderName("customer-churn.v2")).toBe("customer-churn.v2");
    for (const name of ["../../etc", "a/b", "a=b", "", ".", "..", "x".repeat(300), "naïve model", "a%2fb", "*"])
      expect(folderName(name)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/);
  });
});
