import { cell, columnNamed, type ProblemError, type Table } from "@millrace/contracts";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openTables, type Tables } from "../index.js";

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

async function file(content: string | Uint8Array, name = "data.csv"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const read = async (content: string | Uint8Array, name?: string) => tables.readTable(await file(content, name));
const rowsOf = (table: Table) =>
  Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cell(column, row)));
const problemOf = async (content: string | Uint8Array, name?: string) =>
  (await read(content, name).then(
    () => undefined,
    (error: ProblemError) => error.problem,
  ))!;

describe("a CSV file", () => {
  it("gives numbers and texts, row by row in the order of the file", async () => {
    const table = await read("name,age,height\nBo,3,1.5\nAl,4,\n");
    expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["name", "text"],
      ["age", "number"],
      ["height", "number"],
    ]);
    expect(rowsOf(table)).toEqual([
      ["Bo", 3, 1.5],
      ["Al", 4, undefined],
    ]);
  });

  it("has a sorted dictionary, so equal data have equal codes", async () => {
    const table = await read("x\nb\na\n\nc\n");
    expect(table.columns[0]).toMatchObject({ dictionary: ["a", "b", "c"], codes: Int32Array.of(1, 0, -1, 2) });
  });

  it.each([
    ["one blank", '29.85\n" "\n3'],
    ["many blanks", '29.85\n"    "\n3'],
    ["a missing token", "29.85\nNA\n3"],
    ["a question mark between blanks", "29.85\n ? \n3"],
  ])("takes %s in a column of numbers for missing", async (_, rows) => {
    expect(rowsOf(await read(`total\n${rows}\n`))).toEqual([[29.85], [undefined], [3]]);
  });

  it("takes blanks in a column of texts for missing and leaves other texts as they are", async () => {
    expect(rowsOf(await read('a,b\n x ,1\n"   ",2\n?,3\n'))).toEqual([
      [" x ", 1],
      [undefined, 2],
      [undefined, 3],
    ]);
  });

  it("reads true and false as 1 and 0, and leaves Yes and No, t and f texts", async () => {
    expect(rowsOf(await read("a,b,c\ntrue,Yes,t\nFALSE,No,f\n"))).toEqual([
      [1, "Yes", "t"],
      [0, "No", "f"],
    ]);
  });

  it("reads dates and times as milliseconds since 1970", async () => {
    const table = await read("day,at\n2020-01-02,2020-01-02 03:04:05\n,1969-12-31 23:59:59\n");
    expect(rowsOf(table)).toEqual([
      [Date.UTC(2020, 0, 2), Date.UTC(2020, 0, 2, 3, 4, 5)],
      [undefined, -1000],
    ]);
    expect(rowsOf(await read("day\n13/02/2020\n14/02/2020\n"))[0]).toEqual([Date.UTC(2020, 1, 13)]);
  });

  it("takes a column without any value for numbers", async () => {
    expect((await read("a,b\n1,\n2,\n")).columns[1]).toMatchObject({
      kind: "number",
      values: Float64Array.of(NaN, NaN),
    });
  });

  it.each([
    ["a byte order mark", "\ufeffa,b\n1,x\n"],
    ["CRLF", "a,b\r\n1,x\r\n"],
    ["no last line end", "a,b\n1,x"],
    ["semicolons", "a;b\n1;x\n"],
    ["tabs", "a\tb\n1\tx\n"],
    ["a quoted header", '"a","b"\n1,x\n'],
    ["a blank line at the end", "a,b\n1,x\n\n"],
    ["line ends of two kinds", "a,b\r\n1,x\n"],
  ])("may have %s", async (_, text) => {
    const table = await read(text);
    expect([table.columns.map(({ name }) => name), ...rowsOf(table)]).toEqual([
      ["a", "b"],
      [1, "x"],
    ]);
  });

  it("may hold delimiters, quotes and line ends in quotes, in its header too", async () => {
    const table = await read('"a;b\nc",d\n1,"x, ""y""\nz"\n');
    expect([table.columns.map(({ name }) => name), ...rowsOf(table)]).toEqual([
      ["a;b\nc", "d"],
      [1, 'x, "y"\nz'],
    ]);
  });

  it("may be compressed with gzip", async () => {
    expect(rowsOf(await read(gzipSync("a,b\n1,x\n"), "data.csv.gz"))).toEqual([[1, "x"]]);
  });

  it("may have a name that means something in SQL or to a shell", async () => {
    for (const name of ["it's.csv", "a*b?[1].csv", "x=1; drop table y.csv"]) {
      expect(rowsOf(await read("a\n1\n", name))).toEqual([[1]]);
    }
  });

  it("is no pattern for other files", async () => {
    await file("a\n2\n", "part1.csv");
    expect(rowsOf(await read("a\n1\n", "part*.csv"))).toEqual([[1]]);
  });

  it("names a column without a name by its position", async () => {
    expect((await read(",b\n0,1\n")).columns.map(({ name }) => name)).toEqual(["column_1", "b"]);
  });

  it("keeps columns apart whose names differ in case", async () => {
    expect((await read("Age,age\n0,1\n")).columns.map(({ name }) => name)).toEqual(["Age", "age"]);
  });

  it("gives the wanted columns in the wanted order", async () => {
    const table = await tables.readTable(await file("a,b,c\n1,2,x\n"), { columns: ["c", "a"] });
    expect(table.columns.map(({ name }) => name)).toEqual(["c", "a"]);
    expect(rowsOf(table)).toEqual([["x", 1]]);
  });

  it("is typed by all of its rows, not by the first ones", async () => {
    const start = Array.from({ length: 30_000 }, (_, row) => `${row},${row},,1`).join("\n");
    const table = await read(`integer,text,day,hex\n${start}\n0.5,x,2020-01-02,0x10\n`);
    expect(table.columns.map(({ kind }) => kind)).toEqual(["number", "text", "number", "text"]);
    expect(table.columns.map((column) => cell(column, 30_000))).toEqual([0.5, "x", Date.UTC(2020, 0, 2), "0x10"]);
    expect(cell(columnNamed(table, "text")!, 29_999)).toBe("29999");
  });

  it("gives the same table on any number of threads", async () => {
    const rows = Array.from({ length: 60_000 }, (_, row) => `${Math.sin(row)},${row % 7 ? `t${row % 4_000}` : ""}`);
    const path = await file(`number,text\n${rows.join("\n")}\n`);
    const one = await openTables({ threads: 1 });
    const four = await openTables({ threads: 4 });
    expect(await one.readTable(path)).toEqual(await four.readTable(path));
    one.close();
    four.close();
  });

  it("can be read many times at once", async () => {
    const paths = await Promise.all([1, 2, 3, 4].map((n) => file(`a,b\n${n},t${n}\n`, `many${n}.csv`)));
    const read = await Promise.all(paths.map((path) => tables.readTable(path)));
    expect(read.map(rowsOf)).toEqual([1, 2, 3, 4].map((n) => [[n, `t${n}`]]));
  });
});

describe("a file that cannot be read says which it is, why, and what to do:", () => {
  it.each([
    ["a ragged row", "a,b\n1,2\n3\n4,5\n", "line 3 has 1 cells where the header has 2"],
    ["a row that is too long", "a,b\n1,2\n3,4,5\n", "line 3 has 3 cells where the header has 2"],
    ["Latin-1", Buffer.from("a,b\n1,caf\xe9\n", "latin1"), "line 2 is not UTF-8"],
    ["an open quote", 'a,b\n1,"x\n2,3\n', "line 2 opens a quote that is never closed"],
    ["bytes that are no text", Buffer.from([1, 0, 13, 10, 26, 10, 0, 0, 0, 13]), "is binary"],
    ["a quote in the middle of a cell", 'a,b\n1,"x"y\n2,3\n', "closed before its cell ends"],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), "UTF-16"],
  ])("%s", async (_, content, message) => {
    const problem = await problemOf(content, "broken.csv");
    expect(problem).toMatchObject({ code: "SOURCE_UNREADABLE", where: "broken.csv", remedy: expect.any(String) });
    expect(problem.message).toContain(message);
  });

  it.each([
    ["SOURCE_EMPTY", "data.csv", ""],
    ["SOURCE_EMPTY", "data.csv", "\n\n"],
    ["SOURCE_NO_ROWS", "data.csv", "a,b\n"],
    ["SOURCE_NO_ROWS", "data.csv", "a,b"],
    ["SOURCE_DUPLICATE_COLUMN", "data.csv", "a,b,a\n1,2,3\n"],
    ["SOURCE_FORMAT_UNKNOWN", "data.xlsx", "PK"],
    ["SOURCE_WRONG_KIND", "data.csv.gz", "not gzip"],
    ["SOURCE_WRONG_KIND", "data.parquet", "not parquet"],
    ["SOURCE_UNREADABLE", "data.parquet", "PAR1 and nothing"],
    ["SOURCE_LINE_TOO_LONG", "data.csv", `a,b\n1,2\n3,${"x".repeat(1_500_000)}\n`],
  ])("%s for %s with %j", async (code, name, content) => {
    expect(await problemOf(content, name)).toMatchObject({ code, where: name, remedy: expect.any(String) });
  });

  it("SOURCE_NOT_FOUND, SOURCE_IS_DIRECTORY and SOURCE_COLUMN_UNKNOWN", async () => {
    await mkdir(join(folder, "folder.csv"));
    const path = await file("a,b\n1,2\n");
    await expect(tables.readTable(join(folder, "nowhere.csv"))).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await expect(tables.readTable(join(folder, "folder.csv"))).rejects.toMatchObject({ code: "SOURCE_IS_DIRECTORY" });
    await expect(tables.readTable(path, { columns: ["a", "z"] })).rejects.toThrow(
      'it has no column "z". Its columns are: a, b.',
    );
  });
});
