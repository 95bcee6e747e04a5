import { mkdtempSync, rmSync, writeFileSync, existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type Value } from "./database-conformance.js";
import { readDatabase } from "./index.js";
import { selectConformance } from "./select-conformance.js";

const types = { whole: "integer", number: "real", flag: "boolean", time: "datetime", text: "text" } as const;

function storedAs(value: Value): string | number | bigint | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "boolean" ? Number(value) : value;
}

async function setting() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
  const path = join(folder, "data.sqlite");
  const file = new sqlite.Database(path);
  return {
    async fill(
      table: string,
      columns: Readonly<Record<string, keyof typeof types>>,
      rows: readonly (readonly Value[])[],
    ) {
      const named = Object.entries(columns).map(([name, type]) => `"${name}" ${types[type]}`);
      file.exec(`create table ${table} (${named.join(", ")})`);
      const insert = file.prepare(`insert into ${table} values (${named.map(() => "?").join(", ")})`);
      file.exec("begin");
      for (const row of rows) insert.run(row.map(storedAs));
      file.exec("commit");
      insert.finalize();
    },
    source: (table: string) =>
      ({ kind: "sql", url: `sqlite:${path}`, query: `select * from ${table} order by id` }) as const,
    url: `sqlite:${path}`,
    folder,
    async close() {
      file.close();
      rmSync(folder, { recursive: true });
    },
  };
}

databaseConformance("SQLite", setting);
selectConformance("SQLite", setting);

describe("a SQLite file", () => {
  let opened: Awaited<ReturnType<typeof setting>>;
  beforeAll(async () => void (opened = await setting()));
  afterAll(() => opened.close());
  const read = (query: string, sink = collectingSink()) =>
    readDatabase({ kind: "sql", url: opened.url, query }, sink).then(() => sink);

  it("has columns of mixed values as texts, and those of one kind as what they are", async () => {
    await opened.fill("mixed", { id: "whole", v: "text", n: "number" }, [
      [1, "a", 1],
      [2, null, 2.5],
    ]);
    const sink = await read("select v, n, case id when 1 then 7 else 'x' end as m, x'0aff' as b from mixed");
    expect(sink.columns()?.map(({ kind }) => kind)).toEqual(["text", "number", "text", "text"]);
    expect(sink.rows()).toEqual([
      ["a", 1, "7", "0aff"],
      [undefined, 2.5, "x", "0aff"],
    ]);
  });

  it("is left as it was, and nothing lies beside it afterwards", async () => {
    const before = readdirSync(opened.folder);
    await opened.fill("calm", { id: "whole" }, [[1]]);
    await read("select * from calm");
    expect(readdirSync(opened.folder)).toEqual(before);
  });

  it("is refused where it is something else, or not there", async () => {
    const other = join(opened.folder, "other.sqlite");
    writeFileSync(other, "id,name\n1,a\n");
    const at = (path: string) =>
      readDatabase({ kind: "sql", url: `sqlite:${path}`, query: "select 1" }, collectingSink());
    await expect(at(other)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    await expect(at(join(opened.folder, "absent"))).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    expect(existsSync(join(opened.folder, "absent"))).toBe(false);
    rmSync(other);
  });
});
