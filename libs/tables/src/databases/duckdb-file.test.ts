import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type ColumnType, type Value } from "./database-conformance.js";
import { readDatabase } from "./index.js";
import { selectConformance } from "./select-conformance.js";

const types = { whole: "bigint", number: "double", flag: "boolean", time: "timestamp", text: "varchar" } as const;

function literal(value: Value): string {
  if (value instanceof Date) return `timestamp '${value.toISOString().slice(0, -1)}'`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

async function written(path: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function setting() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
  const path = join(folder, "data.duckdb");
  await written(path, "create table first (id int)");
  return {
    async fill(table: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly (readonly Value[])[]) {
      const named = Object.entries(columns).map(([name, type]) => `"${name}" ${types[type]}`);
      const values = rows.map((row) => `(${row.map(literal).join(", ")})`);
      const filling = values.length > 0 ? [`insert into ${table} values ${values.join(", ")}`] : [];
      await written(path, `create table ${table} (${named.join(", ")})`, ...filling);
    },
    source: (table: string) =>
      ({ kind: "sql", url: `duckdb:${path}`, query: `select * from ${table} order by id` }) as const,
    url: `duckdb:${path}`,
    path,
    folder,
    close: async () => rmSync(folder, { recursive: true }),
  };
}

databaseConformance("DuckDB", setting);
selectConformance("DuckDB", setting);

describe("a DuckDB file", () => {
  let opened: Awaited<ReturnType<typeof setting>>;
  beforeAll(async () => void (opened = await setting()));
  afterAll(() => opened.close());
  const read = (query: string, sink = collectingSink()) =>
    readDatabase({ kind: "sql", url: opened.url, query }, sink).then(() => sink);

  it("gives decimals, dates and zoned times as numbers, lists, structs and bytes as texts", async () => {
    const sink = await read(
      `select 1.25::decimal(9, 2) as d, date '2024-05-01' as day, timestamptz '2024-05-01 12:00:00+02' as at,
       [1, null] as list, { a: 'x' } as struct, 'a'::blob as bytes, 170141183460469231731687303715884105727::hugeint as huge`,
    );
    expect(sink.rows()).toEqual([
      [
        1.25,
        Date.UTC(2024, 4, 1),
        Date.UTC(2024, 4, 1, 10),
        "[1,null]",
        '{"a":"x"}',
        "61",
        "170141183460469231731687303715884105727",
      ],
    ]);
  });

  it("opens no other file, whatever the query says", async () => {
    const other = join(opened.folder, "secret.csv");
    writeFileSync(other, "a\n1\n");
    for (const from of [`read_csv('${other}')`, `'${other}'`, `read_text('${other}')`]) {
      await expect(read(`select * from ${from}`)).rejects.toMatchObject({ name: "ProblemError" });
    }
  });

  it("is told from a file of another kind, and its query's error has its line", async () => {
    const other = join(opened.folder, "other.duckdb");
    writeFileSync(other, "x".repeat(10_000));
    const source = { kind: "sql", url: `duckdb:${other}`, query: "select 1" } as const;
    await expect(readDatabase(source, collectingSink())).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    await expect(read("select 1,\n  2 frm first")).rejects.toMatchObject({
      code: "SOURCE_QUERY_INVALID",
      problem: { where: expect.stringContaining("line 2") as string },
    });
  });
});
