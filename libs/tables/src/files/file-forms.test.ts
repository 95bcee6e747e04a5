import { cell, type CsvOptions, type ProblemError, type Table } from "@millrace/contracts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openStaging, openTables, type FilesRequest, type JoinedRequest, type Tables } from "../index.js";

let tables: Tables;
let folder: string;

beforeAll(async () => {
  tables = await openTables({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), "tables-"));
});
afterAll(async () => {
  tables.close();
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const rowsOf = (table: Table) =>
  Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cell(column, row)));

async function staged(request: FilesRequest | JoinedRequest) {
  const staging = await openStaging({ folder, threads: 2 });
  try {
    const { skipped } = await staging.readFiles(request);
    const path = join(folder, "staged.parquet");
    await staging.write("all", path, "parquet");
    const table = await tables.readTable(path);
    return { skipped, names: table.columns.map(({ name }) => name), rows: rowsOf(table) };
  } finally {
    await staging.close();
  }
}

const csv = async (content: string | Uint8Array, options: Partial<CsvOptions> = {}, name = "rows.csv") =>
  staged({
    paths: [await file(name, content)],
    format: "csv",
    csv: { decimal: ".", encoding: "utf-8", ragged: "refuse", ...options },
  });
const json = async (...lines: string[]) => (await staged({ paths: [await file("rows.jsonl", lines.join("\n"))] })).rows;

const problemOf = async (work: Promise<unknown>) =>
  (await work.then(
    () => undefined,
    (error: ProblemError) => error.problem,
  ))!;

const zstd = Buffer.from("KLUv/QRYYQAAYSxiCjEseAoyLHkKLp8hRg==", "base64");

describe("a CSV file in another form", () => {
  it.each([
    ["utf-16", Buffer.from("\ufeffa,b\n1,caf\u00e9\n", "utf16le")],
    ["utf-16", Buffer.from("\ufeffa,b\n1,caf\u00e9\n", "utf16le").swap16()],
    ["latin-1", Buffer.from("a,b\n1,caf\u00e9\n", "latin1")],
    ["windows-1252", Buffer.from("a,b\n1,caf\u00e9\n", "latin1")],
  ] as const)("is read in the encoding %s", async (encoding, bytes) => {
    expect((await csv(bytes, { encoding })).rows).toEqual([[1, "caf\u00e9"]]);
  });

  it("may have decimal commas and dots between thousands", async () => {
    const text = "a;b;c\n1,5;1.234;2020-01-02\n-2;12;2020-01-03\n1.234.567,25;NA;\n";
    expect((await csv(text, { decimal: "," })).rows).toEqual([
      [1.5, 1234, Date.UTC(2020, 0, 2)],
      [-2, 12, Date.UTC(2020, 0, 3)],
      [1234567.25, undefined, undefined],
    ]);
    expect((await csv('a,b\n"1,5",x\n"2,25",y\n', { decimal: "," })).rows).toEqual([
      [1.5, "x"],
      [2.25, "y"],
    ]);
  });

  it("may have more texts that stand for missing values", async () => {
    expect((await csv("a,b\n-999,none\n3,x\n", { missing: ["-999", "none"] })).rows).toEqual([
      [undefined, undefined],
      [3, "x"],
    ]);
  });

  it("with ragged lines is filled up", async () => {
    expect((await csv("a,b,c\n1,2,3\n4\n5,6,7,,\n", { ragged: "pad" })).rows).toEqual([
      [1, 2, 3],
      [4, undefined, undefined],
      [5, 6, 7],
    ]);
    const problem = await problemOf(csv('a,b\n1,"2\n2"\n3,4,5\n', { ragged: "pad" }));
    expect(problem.message).toContain("line 4 has 3 cells where the header has 2");
  });

  it("with ragged lines is read without them, which are counted", async () => {
    expect(await csv('a,b\n1,"x,\ny"\n4\n5,6,7\n8,z\n', { ragged: "skip" })).toEqual({
      skipped: 2,
      names: ["a", "b"],
      rows: [
        [1, "x,\ny"],
        [8, "z"],
      ],
    });
  });

  it("may have line ends of several kinds, also within quotes", async () => {
    expect((await csv('a,b\r\n1,"x\r\ny"\n2,z\r\n')).rows).toEqual([
      [1, "x\r\ny"],
      [2, "z"],
    ]);
  });

  it("may be compressed with zstd", async () => {
    expect((await csv(zstd, {}, "rows.csv.zst")).rows).toEqual([
      [1, "x"],
      [2, "y"],
    ]);
  });

  it("that was cut off is refused, whatever packed it", async () => {
    const packed = gzipSync(`a,b\n${"1,2\n".repeat(10_000)}`);
    for (const [name, bytes] of [
      ["cut.csv.gz", packed.subarray(0, packed.length - 20)],
      ["cut.csv.zst", zstd.subarray(0, zstd.length - 8)],
    ] as const) {
      const problem = await problemOf(csv(bytes, {}, name));
      expect(problem).toMatchObject({ code: "SOURCE_UNREADABLE", where: name });
      expect(problem.message).toContain("cut off");
    }
  });
});

describe("a file that is something else says what it is:", () => {
  it.each([
    ["an HTML page", "\n<!DOCTYPE html><html><body>404</body></html>"],
    ["XML", '<?xml version="1.0"?><rows/>'],
    ["a ZIP archive", "PK\x03\x04 rows.csv"],
    ["an Excel file", "PK\x03\x04 [Content_Types].xml"],
    ["gzip", gzipSync("a,b\n1,2\n")],
    ["zstd", zstd],
    ["a PDF", "%PDF-1.7"],
    ["a PNG picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])],
    ["Parquet", "PAR1"],
  ])("%s", async (kind, content) => {
    const problem = await problemOf(csv(content));
    expect(problem).toMatchObject({ code: "SOURCE_WRONG_KIND", where: "rows.csv", remedy: expect.any(String) });
    expect(problem.message).toContain(kind);
  });
});

describe("several files", () => {
  it("are read below each other, each with the columns in its own order", async () => {
    const paths = [
      await file("one.csv", "a,b\n1,x\n"),
      await file("two.csv", "b;a\ny;2\n"),
      await file("three.csv", "a,b\n3,\n"),
    ];
    expect((await staged({ paths })).rows).toEqual([
      [1, "x"],
      [2, "y"],
      [3, undefined],
    ]);
  });

  it("have one type for a column in all of them", async () => {
    const paths = [
      await file("one.csv", "a,b,c\n1,2020-01-01,\n"),
      await file("two.csv", "a,b,c\nx,2020-01-02,2020-01-03\n"),
    ];
    expect((await staged({ paths })).rows).toEqual([
      ["1", Date.UTC(2020, 0, 1), undefined],
      ["x", Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 3)],
    ]);
  });

  it("with other columns are refused with file and column", async () => {
    const one = await file("one.csv", "a,b\n1,x\n");
    const lacking = problemOf(staged({ paths: [one, await file("two.csv", "a\n2\n")] }));
    expect(await lacking).toMatchObject({ code: "SOURCE_SCHEMA_CHANGED", where: "two.csv" });
    expect((await lacking).message).toContain('lacks the column "b" of one.csv');
    const added = await problemOf(staged({ paths: [one, await file("two.csv", "a,b,c\n2,y,1\n")] }));
    expect(added.message).toContain('has the column "c"');
  });

  it("may be Parquet", async () => {
    const write = async (name: string, values: number[]) => {
      const path = join(folder, name);
      const column = { name: "a", kind: "number" as const, values: Float64Array.from(values) };
      await tables.writeParquet({ rows: values.length, columns: [column] }, path);
      return path;
    };
    expect((await staged({ paths: [await write("1.parquet", [1, NaN]), await write("2.parquet", [3])] })).rows).toEqual(
      [[1], [undefined], [3]],
    );
  });
});

describe("JSON lines", () => {
  it("become columns: nested fields by their path, lists as JSON, absent keys missing", async () => {
    const path = await file(
      "rows.ndjson",
      '{"a":1,"b":{"c":"x","d":{"e":true}}}\n\n{"b":{"c":null},"f":[1,"y"],"a":null}\n{"g":null}\n',
    );
    expect(await staged({ paths: [path] })).toEqual({
      skipped: 0,
      names: ["a", "b.c", "b.d.e", "f", "g"],
      rows: [
        [1, "x", 1, undefined, undefined],
        [undefined, undefined, undefined, '[1,"y"]', undefined],
        [undefined, undefined, undefined, undefined, undefined],
      ],
    });
  });

  it("have dates where every text of a name is one", async () => {
    expect(await json('{"d":"2020-01-02","t":"2020-01-02T03:04:05Z","x":"2020-01-02"}', '{"x":"soon"}')).toEqual([
      [Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 2, 3, 4, 5), "2020-01-02"],
      [undefined, undefined, "soon"],
    ]);
  });

  it("may get columns, and texts in a column that was empty, many rows later", async () => {
    const rows = await json(...Array.from({ length: 20_000 }, () => '{"a":1,"n":null}'), '{"a":2,"late":"x","n":"y"}');
    expect(rows.at(-1)).toEqual([2, "y", "x"]);
    expect(rows[0]).toEqual([1, undefined, undefined]);
  });

  it.each([
    ["SOURCE_MIXED_TYPES", 'line 2 has a text in "a", which is a number in line 1', ['{"a":1}', '{"a":"x"}']],
    ["SOURCE_UNREADABLE", "line 2 is not JSON", ['{"a":1}', '{"a":']],
    ["SOURCE_UNREADABLE", "line 1 is not a JSON object", ["[1,2]"]],
    ["SOURCE_UNREADABLE", "two values of the same name", ['{"a.b":1,"a":{"b":2}}']],
    ["SOURCE_UNREADABLE", "nested too deeply", ['{"a":'.repeat(100) + "1" + "}".repeat(100)]],
    ["SOURCE_EMPTY", "no object", ["\n", "{}"]],
  ])("%s: %s", async (code, message, lines) => {
    const problem = await problemOf(json(...lines));
    expect(problem).toMatchObject({ code, where: "rows.jsonl" });
    expect(problem.message).toContain(message);
  });
});

describe("tables joined by a query", () => {
  const joined = async (query: string) =>
    staged({
      tables: {
        customers: { paths: [await file("customers.csv", "id,Name\n1,Bo\n2,Al\n3,Cy\n")] },
        orders: { paths: [await file("orders.csv", "id,day,total\n1,2020-01-01,3\n1,2020-01-02,4\n2,2020-01-03,5\n")] },
      },
      query,
    });

  it("give the columns and the order of the query", async () => {
    const query = `select Name, count(total) as orders, sum(total) as spent, make_timestamp_ms(max(day)::bigint) as last
      from customers left join orders using (id) group by all order by Name -- by name`;
    expect(await joined(query)).toEqual({
      skipped: 0,
      names: ["Name", "orders", "spent", "last"],
      rows: [
        ["Al", 1, 5, Date.UTC(2020, 0, 3)],
        ["Bo", 2, 7, Date.UTC(2020, 0, 2)],
        ["Cy", 0, undefined, undefined],
      ],
    });
  });

  it.each([
    ["a table that is not there", "select * from nobody"],
    ["no SQL", "selec 1"],
    ["two statements", "select 1 as a; select 2 as a"],
    ["no statement", "  "],
    ["a file", "select * from read_csv('customers.csv')"],
    ["a text file", "select * from read_text('/etc/hostname')"],
    ["a pattern", "select * from glob('/*')"],
    ["a file as a table", "select * from '/etc/hostname'"],
    ["another database", "attach '/tmp/other.db'"],
    ["an extension", "install httpfs"],
    ["a copy", "copy customers to '/tmp/stolen.csv'"],
    ["a setting", "set enable_external_access = true"],
    ["a change", "create table more as select 1 as a"],
    ["a division that cannot be", "select error('no') as a from customers"],
  ])("refuse %s", async (_, query) => {
    const problem = await problemOf(joined(query));
    expect(problem).toMatchObject({ code: "SOURCE_QUERY_INVALID", remedy: expect.any(String) });
    expect(problem.where).toContain("source.query");
  });

  it("refuse two columns of one name", async () => {
    await expect(joined("select id, id from orders")).rejects.toMatchObject({ code: "SOURCE_DUPLICATE_COLUMN" });
  });
});
