import { MongoServerError } from "mongodb";
import { mysqlAddress } from "./mysql-address.js";
import { collectingSink } from "./collecting-sink.js";
import { guardedLookup, refuseAddress } from "./address.js";
import { problemsOf } from "./database-problem.js";
import { describeDatabase, withoutSecrets } from "./describe-database.js";
import { countRows, readDatabase } from "./index.js";
import { mongodbProblem } from "./mongodb-problem.js";
import { mysqlProblem } from "./mysql-problem.js";
import { postgresProblem } from "./postgres-problem.js";
import { rowBatches, type Batch } from "./row-batches.js";
import { putNumber, putText } from "./column-builder.js";
import { lineAndColumn, selectStatement } from "./select-statement.js";
import { openSpool } from "./spool.js";
import { timeOf, timeText } from "./time-text.js";

const problems = problemsOf("postgres://ada:pass%40word@db.example:5432/shop");
const withCode = (code: string, message = "it failed") => Object.assign(new Error(message), { code });

describe("what people are shown of a database", () => {
  it.each([
    ["postgres://ada:secret@db:5432/shop?sslpassword=secret", "postgres://db:5432/shop"],
    ["mongodb://ada:p@ss/word@a:1,b:2/?authSource=admin", "mongodb://a:1,b:2/"],
    ["mysql://root@db/shop", "mysql://db/shop"],
    ["sqlite:data/shop.sqlite", "sqlite:data/shop.sqlite"],
    ["secret", "a database"],
  ])("is where it is, and no secret: %s", (url, shown) => expect(describeDatabase(url)).toBe(shown));

  it("has no password in any form, whatever a driver says", () => {
    const url = "postgres://ada:p%40ss@db/shop?sslpassword=hidden";
    expect(withoutSecrets(`no: ${url} p@ss p%40ss`, url)).not.toMatch(/p@ss|p%40ss|hidden/);
  });
});

describe("an address of a database", () => {
  it.each(["169.254.169.254", "0.0.0.0", "[fe80::1%eth0]", "::ffff:a9fe:a9fe", "::"])("is refused: %s", (host) =>
    expect(() => refuseAddress(host)).toThrow(expect.objectContaining({ code: "SOURCE_ADDRESS_REFUSED" })),
  );

  it.each(["127.0.0.1", "10.0.0.7", "db.example", "::1"])("is taken: %s", (host) =>
    expect(() => refuseAddress(host)).not.toThrow(),
  );

  it("is refused where a name stands for it", async () => {
    const error = await new Promise((resolve) => guardedLookup("2852039166", { all: true }, resolve));
    expect(error).toMatchObject({ code: "SOURCE_ADDRESS_REFUSED" });
  });
});

describe("a query", () => {
  it.each([
    ["select ';' as a -- ; end", "select ';' as a"],
    ["select $x$;$x$ ;\n/* ; */ ;", "select $x$;$x$"],
    ["  ((select 1))", "  ((select 1))"],
  ])("is taken without what stands behind it: %s", (query, kept) =>
    expect(selectStatement(query, problems).trimEnd()).toBe(kept),
  );

  it.each(
    ["call f()", "select 1; select 2", "explain select 1", "with", "select 1 into outfile 'x'"].filter(
      (q) => q !== "with",
    ),
  )("is refused: %s", (query) =>
    expect(() => selectStatement(query, problems)).toThrow(expect.objectContaining({ code: "SOURCE_QUERY_INVALID" })),
  );

  it("ends a text with a backslash where the database does so", () => {
    expect(selectStatement("select '\\' as a", problems)).toBe("select '\\' as a");
    expect(selectStatement("select '\\'; x' as a", problems, "mysql")).toBe("select '\\'; x' as a");
  });

  it("has lines and columns", () => expect(lineAndColumn("ab\ncd", 5)).toBe("line 2, column 2"));

  it("of a source that nobody knows is refused with those that are known", async () => {
    const source = { kind: "sql", url: "oracle://ada:secret@db/x", query: "select 1" } as const;
    await expect(countRows(source)).rejects.toMatchObject({ code: "SOURCE_KIND_UNKNOWN" });
    await expect(readDatabase(source, collectingSink())).rejects.toThrow(expect.not.stringMatching(/secret/));
  });
});

describe("a time", () => {
  it.each([
    ["2024-05-01", Date.UTC(2024, 4, 1)],
    ["2024-05-01 10:00:00+02", Date.UTC(2024, 4, 1, 8)],
    ["2024-05-01T10:00:00.5Z", Date.UTC(2024, 4, 1, 10) + 500],
    ["2024-05-01 10:00:00-05:30", Date.UTC(2024, 4, 1, 15, 30)],
    ["0000-00-00", NaN],
    ["infinity", Infinity],
  ])("is read: %s", (text, expected) => expect(timeOf(text)).toBe(expected));

  it("is the same after it was written, to the microsecond", () => {
    for (const text of ["2024-05-01 10:00:00.123456", "1969-12-31 23:59:59.999999", "2024-12-31 23:59:59.000001"]) {
      expect(timeText(timeOf(text))).toBe(text);
    }
  });
});

describe("what a server says", () => {
  it.each([
    ["28P01", "SOURCE_ACCESS_DENIED"],
    ["42501", "SOURCE_ACCESS_DENIED"],
    ["42P01", "SOURCE_NOT_FOUND"],
    ["42601", "SOURCE_QUERY_INVALID"],
    ["22012", "SOURCE_QUERY_INVALID"],
    ["57P01", "SOURCE_UNAVAILABLE"],
    ["ECONNRESET", "SOURCE_UNAVAILABLE"],
    ["53300", "SOURCE_UNAVAILABLE"],
  ])("PostgreSQL's %s is %s", (code, expected) =>
    expect(postgresProblem(withCode(code), problems, "select 1", 0).code).toBe(expected),
  );

  it("a table that was altered under a query has changed its schema", () => {
    const altered = withCode("0A000", "cached plan must not change result type");
    expect(postgresProblem(altered, problems, "", 0).code).toBe("SOURCE_SCHEMA_CHANGED");
    expect(mysqlProblem(Object.assign(new Error("x"), { errno: 1412 }), problems).code).toBe("SOURCE_SCHEMA_CHANGED");
    const dropped = new MongoServerError({ message: "collection dropped", code: 175 });
    expect(mongodbProblem(dropped, problems).code).toBe("SOURCE_SCHEMA_CHANGED");
  });

  it.each([
    [1045, "SOURCE_ACCESS_DENIED"],
    [1146, "SOURCE_NOT_FOUND"],
    [1064, "SOURCE_QUERY_INVALID"],
    [1792, "SOURCE_QUERY_INVALID"],
    [1053, "SOURCE_UNAVAILABLE"],
    [2013, "SOURCE_UNAVAILABLE"],
  ])("MySQL's %i is %s", (errno, expected) =>
    expect(mysqlProblem(Object.assign(new Error("it failed"), { errno, sqlState: "42000" }), problems).code).toBe(
      expected,
    ),
  );

  it.each([
    [18, "SOURCE_ACCESS_DENIED"],
    [13, "SOURCE_ACCESS_DENIED"],
    [2, "SOURCE_QUERY_INVALID"],
    [43, "SOURCE_UNAVAILABLE"],
    [11_600, "SOURCE_UNAVAILABLE"],
  ])("MongoDB's %i is %s", (code, expected) =>
    expect(mongodbProblem(new MongoServerError({ message: "it failed", code }), problems).code).toBe(expected),
  );

  it("never has the password, nor has what it was caused by", () => {
    const error = problems.outage(new Error("cannot reach postgres://ada:pass@word@db"));
    expect(`${error.message} ${(error.cause as Error).message}`).not.toContain("pass@word");
  });

  it("a url that cannot be read is refused without it", () => {
    expect(() => mysqlAddress("mysql://ada:secret@[/x", problemsOf("mysql://ada:secret@[/x"))).toThrow(
      expect.not.stringMatching(/secret/),
    );
  });
});

describe("rows that wait", () => {
  it("come back as they were, from memory and from the file, and the file is gone", async () => {
    const spool = openSpool();
    const put: Batch[] = [];
    const batches = rowBatches(10_000, async (batch) => (put.push(batch), spool.put(batch)));
    const [number, text, none] = [batches.add("n"), batches.add("t"), batches.add("none")];
    for (let row = 0; row < 400_000; row++) {
      if (row % 3 > 0) putNumber(number, batches.row, row / 7, "number");
      putText(text, batches.row, `a longer text, so that the file is needed: ${row}`);
      if (row > 390_000) putNumber(none, batches.row, 1, "flag");
      if (batches.endRow()) await batches.handOn();
    }
    await batches.handOn();
    let at = 0;
    for await (const batch of spool.batches()) {
      const expected = put[at++]!;
      expect(batch.rows).toBe(expected.rows);
      batch.columns.forEach((column, index) => {
        expect(column.kind).toBe(expected.columns[index]!.kind);
        expect(Buffer.compare(bytesOf(column), bytesOf(expected.columns[index]!))).toBe(0);
        expect(column.dictionary?.length).toBe(expected.columns[index]!.dictionary?.length);
        expect(column.dictionary?.at(-1)).toBe(expected.columns[index]!.dictionary?.at(-1));
      });
    }
    expect(at).toBe(put.length);
    await spool.close();
  });
});

function bytesOf({ values, codes }: Batch["columns"][number]): Buffer {
  const cells = values ?? codes ?? new Float64Array(0);
  return Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength);
}
