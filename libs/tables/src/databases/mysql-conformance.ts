import { createConnection } from "mysql2/promise";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type ColumnType, type Value } from "./database-conformance.js";
import { readDatabase } from "./index.js";
import { mysqlTlsSetting } from "./mysql-for-test.js";
import { selectConformance } from "./select-conformance.js";
import { serverConformance } from "./server-conformance.js";
import { tlsConformance } from "./tls-conformance.js";

const types = { whole: "bigint", number: "double", flag: "boolean", time: "datetime(3)", text: "longtext" } as const;

async function settingOf(url: string) {
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

/** What MySQL has to do, and whatever speaks its protocol. */
export function mysqlConformance(name: string, url: string): void {
  const setting = () => settingOf(url);
  databaseConformance(name, setting);
  selectConformance(name, setting);
  serverConformance(name, setting);
  if (process.env.TLS_FILES) tlsConformance(name, () => mysqlTlsSetting(url));

  describe(`${name}'s own`, () => {
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

    it("table is let go at once when the sink wants no more of it", async () => {
      const opened = await settingOf(url);
      const table = `let_go_${process.pid}`;
      const rows = Array.from({ length: 20 }, (_, id) => [id, "x".repeat(2_000_000)]);
      await opened.fill(table, { id: "whole", text: "text" }, rows);
      const sink = { ...collectingSink(), append: () => Promise.reject(new Error("enough")) };
      await expect(readDatabase(opened.source(table), sink, { batchRows: 1 })).rejects.toThrow("enough");
      await opened.close();
    }, 15_000);

    it("name mariadb:// is understood as well", async () => {
      expect((await read("select 1 as one", url.replace("mysql:", "mariadb:"))).rows()).toEqual([[1]]);
    });

    it("query that takes too long is ended", async () => {
      // A sleep that is interrupted is no error to MySQL.
      const columns = "information_schema.columns";
      const query = `select count(*) as c from ${columns} a, ${columns} b, ${columns} c where a.table_name <> concat(b.column_name, c.column_name)`;
      const source = { kind: "sql", url, query } as const;
      await expect(readDatabase(source, collectingSink(), { patience: { queryMs: 300 } })).rejects.toMatchObject({
        name: "Retry",
      });
    });
  });
}
