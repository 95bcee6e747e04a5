import { cell, type Table } from "@millrace/contracts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStaging, openTables, type Staging, type Tables } from "../index.js";
import { readPlainFiles } from "./read-plain-files.js";
import { openRowStore } from "./row-store.js";

let folder: string;
let tables: Tables;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plain-"));
  tables = await openTables({ threads: 2 });
});
afterAll(async () => {
  tables.close();
  await rm(folder, { recursive: true });
});

const file = async (csv: string | Buffer, name = "rows.csv"): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, csv);
  return path;
};
const plain = (path: string, memory = 2 ** 26) => readPlainFiles({ paths: [path] }, () => openRowStore(folder, memory));

/** What is staged, as a table; DuckDB reads a file whatever it looks like, and plain rows must be the same. */
async function stagedTable(path: string, memory?: string): Promise<Table> {
  const staging = await openStaging({ folder, threads: 2, memory });
  try {
    await staging.readFiles({ paths: [path] });
    await staging.write("all", join(folder, "all.parquet"), "parquet");
  } finally {
    await staging.close();
  }
  return tables.readTable(join(folder, "all.parquet"));
}

const shown = (table: Table) =>
  table.columns.map((column) => ({
    ...{ name: column.name, kind: column.kind },
    cells: Array.from({ length: table.rows }, (_, row) => cell(column, row)),
  }));

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const cells = [
  ...[
    "1",
    "-2.5",
    "0",
    "-0",
    "007",
    "1e3",
    "1E-7",
    ".5",
    "5.",
    "-.25",
    "12345678901234567890",
    "0.1234567890123456789",
  ],
  ...[
    "",
    "NA",
    "?",
    "nan",
    "NULL",
    " ",
    '""',
    '"3.5"',
    "x",
    "Yes",
    "a b",
    "x ",
    " y",
    '"a, b"',
    '"two\nlines"',
    "ä",
    "東京",
  ],
  ...[
    '"say ""hi"""',
    "true",
    "False",
    "inf",
    "-inf",
    "2020-01-31",
    "2020-01-31 10:00:00",
    "+5",
    "0x10",
    "1_000",
    "12:30",
  ],
  ...["1e400", "-", ".", "e5", "1,5", 'a"b', "\u00a0NA", "\u00a0", "NA ", "epoch", "9007199254740993", "t", "12abc"],
];

describe("plain CSV", () => {
  it("is read as DuckDB reads it, or left to it", async () => {
    const random = generator(5);
    let taken = 0;
    for (let round = 0; round < 100; round++) {
      const pools = Array.from({ length: 3 }, () => {
        const size = 1 + Math.floor(random() * 5);
        const from = random() < 0.7 ? 29 : cells.length;
        return Array.from({ length: size }, () => cells[Math.floor(random() * from)]!);
      });
      const rows = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
        pools.map((pool) => pool[Math.floor(random() * pool.length)]).join(","),
      );
      const ends = random() < 0.2 ? "\r\n" : "\n";
      const path = await file(`a,b,c${ends}${rows.join(ends)}${random() < 0.5 ? ends : ""}`);
      const read = await plain(path);
      if (!read) continue;
      taken++;
      read.store.close();
      const [ours, theirs] = [shown(await stagedTable(path)), shown(await tables.readTable(path))];
      expect({ rows, columns: ours }).toEqual({ rows, columns: theirs });
    }
    expect(taken).toBeGreaterThan(25);
  });

  it("may end without a line end, have quotes around cells and blanks that are missing", async () => {
    const read = await plain(await file('a,b\r\n1,"x, y"\r\n,NA\r\n"3",z'));
    expect(read?.columns.map(({ kind }) => kind)).toEqual(["number", "text"]);
    expect(read?.store.rows).toBe(3);
    read?.store.close();
  });

  it.each([
    ["too few cells", "a,b\n1,2\n3\n"],
    ["a blank line", "a,b\n1,2\n\n3,4\n"],
    ["a date", "a,b\n2020-01-31,2\n"],
    ["a quote inside a cell", 'a,b\n1,x"y\n'],
    ["an open quote", 'a,b\n1,"x\n'],
    ["bytes that are not UTF-8", Buffer.from("a,b\n1,\xe4\n", "latin1")],
    ["no rows", "a,b\n"],
    ["one column", "a\n1\n"],
    ["a number that is too large", "a,b\n1e999,2\n"],
  ])("leaves a file with %s to DuckDB", async (_, csv) => {
    expect(await plain(await file(csv))).toBeUndefined();
  });

  it("reads a column as text that has words only far down", async () => {
    const path = await file(
      `a,b\n${Array.from({ length: 40_000 }, (_, row) => `${row},${row < 39_000 ? row : "x"}\n`).join("")}`,
    );
    const table = await stagedTable(path);
    expect(table.columns.map(({ kind }) => kind)).toEqual(["number", "text"]);
    expect(cell(table.columns[1]!, 12)).toBe("12");
  });

  it("has the same bytes, split and statistics in memory, on disk and in DuckDB", async () => {
    const random = generator(9);
    const rows = Array.from({ length: 20_000 }, (_, row) =>
      [random().toFixed(5), row % 50 === 0 ? "" : row % 37, random() < 0.3 ? "yes" : "no", `id ${row}`].join(","),
    );
    const path = await file(`n,i,y,text\n${rows.join("\n")}\n`);
    const { sha256 } = await import("@millrace/contracts");
    const { readFile } = await import("node:fs/promises");
    const made = async (open: () => Promise<Staging>) => {
      const staging = await open();
      const split = await staging.split({ test: 0.2, seed: 42, stratify: "y" });
      const statistics = await staging.statistics();
      const digests = [];
      for (const side of ["train", "test"] as const) {
        await staging.write(side, join(folder, "side.parquet"), "parquet");
        digests.push(sha256(await readFile(join(folder, "side.parquet"))));
      }
      await staging.close();
      return { split, statistics, digests };
    };
    const read = async (memory: string) => {
      const staging = await openStaging({ folder, memory });
      await staging.readFiles({ paths: [path] });
      return staging;
    };
    const inMemory = await made(() => read("100MB"));
    expect(await made(() => read("1KB"))).toEqual(inMemory);
    const inDuckDb = await made(async () => {
      const staging = await read("100MB");
      await staging.dropBelow("n", -1);
      return staging;
    });
    expect(inDuckDb).toEqual(inMemory);
    expect(inMemory.statistics[3]).toEqual({ name: "text", kind: "text", missing: 0, distinct: 20_000 });
  });
});
