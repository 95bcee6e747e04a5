import pg from "pg";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type ColumnType, type Value } from "./database-conformance.js";
import { readDatabase } from "./index.js";
import { selectConformance } from "./select-conformance.js";
import { serverConformance } from "./server-conformance.js";
import { tlsConformance, type TlsSetting } from "./tls-conformance.js";

const url = process.env.POSTGRES_URL ?? "";
const types = {
  whole: "bigint",
  number: "double precision",
  flag: "boolean",
  time: "timestamptz",
  text: "text",
} as const;

async function setting() {
  const client = new pg.Client(url);
  const made: string[] = [];
  await client.connect();
  return {
    url,
    client,
    async fill(table: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly (readonly Value[])[]) {
      made.push(table);
      const names = Object.keys(columns);
      await client.query(
        `create table ${table} (${names.map((name) => `"${name}" ${types[columns[name]!]}`).join(", ")})`,
      );
      const arrays = names.map((_, index) => rows.map((row) => row[index]));
      const unnested = names.map((name, index) => `$${index + 1}::${types[columns[name]!]}[]`).join(", ");
      await client.query(`insert into ${table} select * from unnest(${unnested})`, arrays);
    },
    source: (table: string) => ({ kind: "sql", url, query: `select * from ${table} order by id` }) as const,
    async close() {
      for (const table of made) await client.query(`drop table ${table}`);
      await client.end();
    },
  };
}

databaseConformance("PostgreSQL", setting);
selectConformance("PostgreSQL", setting);
serverConformance("PostgreSQL", setting);
if (process.env.TLS_FILES) tlsConformance("PostgreSQL", tlsSetting);

// Its access file knows these two by name.
async function tlsSetting(): Promise<TlsSetting> {
  const client = new pg.Client(url);
  await client.connect();
  const encrypted = { name: "millrace_tls", password: "only-with-tls" };
  const certified = { name: "millrace_cert", password: "" };
  for (const { name, password } of [encrypted, certified]) {
    await client.query(`drop role if exists ${name}`);
    await client.query(`create role ${name} login${password && ` password '${password}'`}`);
  }
  return {
    ...{ url, encrypted, certified, withoutTlsCode: "SOURCE_TLS_REQUIRED" },
    withoutTls: () => Buffer.from("N"),
    async close() {
      for (const { name } of [encrypted, certified]) await client.query(`drop role ${name}`);
      await client.end();
    },
  };
}

describe("PostgreSQL's own", () => {
  const read = async (query: string, at = url) => {
    const sink = collectingSink();
    await readDatabase({ kind: "sql", url: at, query }, sink);
    return sink;
  };

  it("types become numbers, times in UTC, or the text that PostgreSQL writes", async () => {
    const sink = await read(
      `select 1::smallint as a, 2.5::numeric as b, 1.1::real as c, 'NaN'::float8 as d, 'infinity'::float8 as e,
        date '2024-05-01' as f, timestamp '2024-05-01 12:00:00.123456' as g, timestamptz '2024-05-01 12:00:00+05:30' as h,
        '{"k": [1]}'::json as i, array[1, 2] as j, '\\xff'::bytea as k, interval '1 day' as l, time '10:00' as m,
        date '0044-03-15 BC' as n, 'x'::char(3) as o, null as p`,
    );
    expect(sink.rows()).toEqual([
      [
        ...[1, 2.5, 1.1, undefined, Infinity, Date.UTC(2024, 4, 1), Date.UTC(2024, 4, 1, 12) + 123.456],
        ...[Date.UTC(2024, 4, 1, 6, 30), '{"k": [1]}', "{1,2}", "\\xff", "1 day", "10:00:00"],
        ...[new Date(0).setUTCFullYear(-43, 2, 15), "x  ", undefined],
      ],
    ]);
  });

  it("errors have the line and the column in the query, with and without a watermark", async () => {
    const query = "select 1 as id,\n  tow from (select 2 as two) as x";
    for (const since of [undefined, { column: "id", after: 0 }]) {
      await expect(readDatabase({ kind: "sql", url, query }, collectingSink(), { since })).rejects.toMatchObject({
        code: "SOURCE_QUERY_INVALID",
        problem: { where: expect.stringMatching(/line 2, column 3$/) as string },
      });
    }
  });

  it("functions that write are refused, and what they would have written is not there", async () => {
    const { client, close } = await setting();
    await client.query("create sequence if not exists millrace_seq");
    await expect(read("select nextval('millrace_seq')")).rejects.toMatchObject({ code: "SOURCE_QUERY_INVALID" });
    await client.query("drop sequence millrace_seq");
    await close();
  });

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

  it("division by zero in the middle of the rows is an error, and no shorter dataset", async () => {
    await expect(read("select 1 / (50000 - i) from generate_series(1, 60000) as i")).rejects.toMatchObject({
      code: "SOURCE_QUERY_INVALID",
    });
  });

  it("query that takes too long is ended", async () => {
    const source = { kind: "sql", url, query: "select pg_sleep(20)" } as const;
    await expect(readDatabase(source, collectingSink(), { patience: { queryMs: 300 } })).rejects.toMatchObject({
      name: "Retry",
    });
  });
});
