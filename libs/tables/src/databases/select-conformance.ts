import { collectingSink } from "./collecting-sink.js";
import type { DatabaseSetting } from "./database-conformance.js";
import { readDatabase } from "./index.js";

/** What every database that is asked in SQL has to do: it reads, and nothing else, and an error says where. */
export function selectConformance(name: string, open: () => Promise<DatabaseSetting & { readonly url: string }>): void {
  describe(`a query to ${name}`, () => {
    let setting: DatabaseSetting & { readonly url: string };
    const table = `q${process.pid}_${Date.now()}`;
    beforeAll(async () => {
      setting = await open();
      await setting.fill(table, { id: "whole", name: "text" }, [
        [1, "a"],
        [2, "b"],
      ]);
    });
    afterAll(() => setting.close());
    const read = async (query: string) => {
      const sink = collectingSink();
      await readDatabase({ kind: "sql", url: setting.url, query }, sink);
      return sink;
    };
    const refused = (query: string) =>
      read(query).then(
        () => fail(query),
        (error: unknown) => error,
      );
    const fail = (query: string) => {
      throw new Error(`${query} was read`);
    };

    it("may have comments, brackets, a WITH and a semicolon at its end", async () => {
      const query = `-- all; of them\nwith few as (select * from ${table} where name <> ';')\nselect id from few order by id; -- end`;
      expect((await read(query)).column("id")).toEqual([1, 2]);
      expect((await read(`(select id from ${table} order by id)`.replace(/^\(|\)$/g, ""))).column("id")).toEqual([
        1, 2,
      ]);
    });

    it.each([
      "delete from T",
      "update T set id = 3",
      "drop table T",
      "insert into T values (3, 'c')",
      "",
      "create table x (id int)",
    ])("is refused when it is no SELECT: %s", async (query) => {
      expect(await refused(query.replace("T", table))).toMatchObject({ code: "SOURCE_QUERY_INVALID" });
      expect((await read(`select * from ${table}`)).rows()).toHaveLength(2);
    });

    it("is refused when a second statement stands behind it", async () => {
      expect(await refused(`select * from ${table}; drop table ${table}`)).toMatchObject({
        code: "SOURCE_QUERY_INVALID",
      });
      expect(await refused(`select * from ${table}) as x; drop table ${table}; select * from (select 1`)).toMatchObject(
        {
          code: "SOURCE_QUERY_INVALID",
        },
      );
    });

    it("is refused when two of its columns have the same name", async () => {
      expect(await refused(`select a.id, b.id from ${table} a join ${table} b on a.id = b.id`)).toMatchObject({
        code: "SOURCE_DUPLICATE_COLUMN",
      });
    });

    it("is refused with the column that is not there", async () => {
      expect(await refused(`select id,\n  nmae\nfrom ${table}`)).toMatchObject({
        code: "SOURCE_QUERY_INVALID",
        message: expect.stringContaining("nmae") as string,
      });
    });

    it("takes a watermark whose name has to be quoted", async () => {
      const sink = collectingSink();
      const quote = /^(mysql|mariadb)/.test(setting.url) ? "`" : '"';
      const query = `select id as ${quote}the "id"${quote} from ${table}`.replace(/"the "id""/, '"the ""id"""');
      const since = { column: 'the "id"', after: 1 };
      expect(await readDatabase({ kind: "sql", url: setting.url, query }, sink, { since })).toMatchObject({
        watermark: 2,
      });
    });

    it("never takes the bound of a watermark for SQL", async () => {
      const since = { column: "name", after: `z' or '1'='1` };
      const query = `select * from ${table}`;
      expect(await readDatabase({ kind: "sql", url: setting.url, query }, collectingSink(), { since })).toMatchObject({
        rows: 0,
      });
    });
  });
}
