import { createConnection } from "mysql2/promise";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type ColumnType, type Value } from "./database-conformance.js";
import { readDatabase } from "./index.js";
import { selectConformance } from "./select-conformance.js";
import { serverConformance } from "./server-conformance.js";

const url = process.env.MARIADB_URL ?? "";
const types = { whole: "bigint", number: "double", flag: "boolean", time: "datetime(3)", text: "longtext" } as const;

async function setting() {
  const connection = await createConnection({ uri: url, timezone: "Z" });
  const made: string[] = [];
  return {
    url,
    async fill(table: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly (readonly Value[])[]) {
      made.push(table);
      const named = Object.entries(columns).map(([name, type]) => `\`${name}\` ${types[type]}`);
      await connection.query(`create table ${table} (${named.join(", ")})`);
      for (let from = 0; from < rows.length;) {
        const long = rows[from]!.some((value) => typeof value === "string" && value.length > 1_000_000);
        const part = rows.slice(from, (from += long ? 1 : 5_000));
        await connection.query(`insert into ${table} values ?`, [part]);
      }
    },
    source: (table: string) => ({ kind: "sql", url, query: `select * from ${table} order by id` }) as const,
    async close() {
      for (const table of made) await connection.query(`drop table ${table}`);
      await connection.end();
    },
  };
}

databaseConformance("MariaDB", setting);
selectConformance("MariaDB", setting);
serverConformance("MariaDB", setting);

describe("MariaDB's own", () => {
  const read = async (query: string, at = url) => {
    const sink = collectingSink();
    await readDatabase({ kind: "sql", url: at, query }, sink);
    return sink;
  };

  it("types become numbers, times in UTC, or texts", async () => {
    const sink = await read(
      `select cast(1.25 as decimal(9, 2)) as a, date '2024-05-01' as b, timestamp '2024-05-01 12:00:00.123456' as c,
        cast('0000-00-00' as date) as d, time '10:00:00' as e, x'0aff' as f, '{"k": 1}' as g,
        cast(18446744073709551615 as unsigned) as h, null as i, cast(7 as unsigned) as j`,
    );
    expect(sink.rows()).toEqual([
      [
        ...[1.25, Date.UTC(2024, 4, 1), Date.UTC(2024, 4, 1, 12) + 123.456, undefined, "10:00:00", "0aff"],
        ...['{"k": 1}', "18446744073709551615", undefined, 7],
      ],
    ]);
  });

  it("errors have the line in the query", async () => {
    await expect(read("select 1,\n  from x")).rejects.toMatchObject({
      code: "SOURCE_QUERY_INVALID",
      problem: { where: expect.stringMatching(/line 2$/) as string },
    });
  });

  it.each(["select 1 into outfile '/tmp/millrace-outfile'", "select 1 /*! into outfile '/tmp/millrace-outfile' */"])(
    "ways to write a file are refused: %s",
    async (query) => {
      await expect(read(query)).rejects.toMatchObject({ code: "SOURCE_QUERY_INVALID" });
    },
  );

  it("wrong password, and database, are told from an outage, and no password is shown", async () => {
    const other = new URL(url);
    other.password = "wr0ng%2Fword";
    await expect(read("select 1", other.href)).rejects.toMatchObject({
      code: "SOURCE_ACCESS_DENIED",
      message: expect.not.stringMatching(/wr0ng/) as string,
    });
    const absent = new URL(url);
    absent.pathname = "/absent";
    await expect(read("select 1", absent.href)).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });

  it("name mariadb:// is understood as well", async () => {
    expect((await read("select 1 as one", url.replace("mysql:", "mariadb:"))).rows()).toEqual([[1]]);
  });

  it("query that takes too long is ended", async () => {
    const source = { kind: "sql", url, query: "select sleep(20) as s" } as const;
    await expect(readDatabase(source, collectingSink(), { patience: { queryMs: 300 } })).rejects.toMatchObject({
      name: "Retry",
    });
  });
});
