import { cell, ProblemError, type Table } from "@millrace/contracts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTables, type Tables } from "../index.js";

// 10,000 seeded cases: a case that fails tells its seed.
const BROKEN_CSV = 3_000;
const BROKEN_JSON = 6_000;
const WHOLE_CSV = 500;
const WHOLE_JSON = 500;

let tables: Tables;
let folder: string;

beforeAll(async () => {
  tables = await openTables({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "tables-"));
});
afterAll(async () => {
  tables.close();
  await rm(folder, { recursive: true });
});

type Random = (below: number) => number;

function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)]!;

const csvPieces = [
  ..."ab,;|\t\"'\\#x",
  ...[
    "\n",
    "\r\n",
    "\r",
    '""',
    '"a,b"',
    "1",
    "-2.5",
    "1e999",
    "0x10",
    "NA",
    "NaN",
    "true",
    "2020-01-02",
    "25:61",
    "\0",
  ],
  ...["\ufeff", "\u00e9", "\u{1f600}", "\u2028", " ", "a,b\n", "1,2\n", ",,,\n", "<html>", "PK\x03\x04", "1,5"],
];
const jsonPieces = [
  ...'{}[]:,"\\',
  ...[
    "\n",
    '{"a":1}\n',
    '{"a":"x"}\n',
    '{"b":null}\n',
    '{"a":{"b":[1,2]}}\n',
    "1e999",
    "true",
    "null",
    '"__proto__"',
    '"a"',
  ],
  ...[
    '{"__proto__":{"a":1}}\n',
    '{"":1}\n',
    "\ud800",
    "\0",
    "2020-01-02",
    "\u{1f600}",
    "[]\n",
    '{"A":1,"a":2}\n',
    '{"c0":1}\n',
  ],
];

const broken = (random: Random, pieces: readonly string[]): string =>
  Array.from({ length: 1 + random(24) }, () => oneOf(random, pieces)).join("");

/** Reads a text; anything but a table or a problem with a code fails. */
async function tableOrProblem(name: string, content: string | Buffer): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, content);
  try {
    const { rows, columns } = await tables.readTable(path);
    if (rows < 1 || columns.length < 1) throw new Error("an empty table");
  } catch (error) {
    if (!(error instanceof ProblemError) || !/^[A-Z_]+$/.test(error.problem.code) || !error.problem.remedy) throw error;
  }
}

async function cases(
  count: number,
  first: number,
  run: (random: Random, name: string) => Promise<void>,
): Promise<void> {
  for (let seed = first; seed < first + count; seed += 4) {
    await Promise.all(
      [0, 1, 2, 3].map((lane) =>
        run(generator(seed + lane), `lane${lane}`).catch((error: unknown) => {
          throw new Error(`seed ${seed + lane}: ${(error as Error).message}`, { cause: error });
        }),
      ),
    );
  }
}

const texts = [
  "x",
  "a longer text than twelve bytes",
  'q"uote',
  "com,ma",
  "semi;colon",
  "line\nend",
  "\u00e9\u{1f600}",
  "=1+1",
  "#a",
  "'",
];
const numbers = [0, 1, -1, 1.5, -2.25, 1e21, 5e-324, 1.7976931348623157e308, 123456789.123, 2 ** 53];

function wholeTable(random: Random) {
  const rows = 1 + random(6);
  const columns = Array.from({ length: 1 + random(4) }, (_, index) => {
    const kind = oneOf(random, ["number", "text"] as const);
    const cells = Array.from({ length: rows }, () =>
      random(5) === 0 ? undefined : kind === "number" ? oneOf(random, numbers) : oneOf(random, texts),
    );
    // A column without a text is one of numbers, so the first cell decides.
    cells[0] ??= kind === "number" ? 7 : "first";
    return { name: oneOf(random, ["a", "A", "b c", 'q"', "d,e", "\u00f6"]) + index, cells };
  });
  return { rows, columns };
}

const cellsOf = (table: Table) =>
  table.columns.map((column) => Array.from({ length: table.rows }, (_, row) => cell(column, row)));

describe("10,000 cases", () => {
  it("of broken CSV end in a table or a problem with a code", async () => {
    await cases(BROKEN_CSV, 1, (random, lane) => tableOrProblem(`${lane}.csv`, broken(random, csvPieces)));
  }, 60_000);

  it("of broken JSON lines end in a table or a problem with a code", async () => {
    await cases(BROKEN_JSON, 100_001, (random, lane) => tableOrProblem(`${lane}.jsonl`, broken(random, jsonPieces)));
  }, 60_000);

  it("of tables come back from CSV as they were", async () => {
    await cases(WHOLE_CSV, 200_001, async (random, lane) => {
      const { rows, columns } = wholeTable(random);
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const written = (value: number | string | undefined) =>
        value === undefined ? "" : typeof value === "number" ? String(value) : quoted(value);
      const [delimiter, end] = [oneOf(random, [",", ";", "\t", "|"]), oneOf(random, ["\n", "\r\n"])];
      const lines = [
        columns.map(({ name }) => quoted(name)).join(delimiter),
        ...Array.from({ length: rows }, (_, row) => columns.map(({ cells }) => written(cells[row])).join(delimiter)),
      ];
      const isBlank = columns.length === 1 && columns[0]!.cells.includes(undefined);
      const path = join(folder, `${lane}-whole.csv`);
      await writeFile(path, lines.join(end) + end);
      const table = await tables.readTable(path);
      expect(table.columns.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
      if (!isBlank) expect(cellsOf(table)).toEqual(columns.map(({ cells }) => cells));
    });
  }, 60_000);

  it("of tables come back from JSON lines as they were", async () => {
    await cases(WHOLE_JSON, 300_001, async (random, lane) => {
      const { rows, columns } = wholeTable(random);
      const lines = Array.from({ length: rows }, (_, row) =>
        JSON.stringify(Object.fromEntries(columns.map(({ name, cells }) => [name, cells[row]]))),
      );
      const path = join(folder, `${lane}-whole.jsonl`);
      await writeFile(path, lines.join("\n"));
      expect(cellsOf(await tables.readTable(path))).toEqual(columns.map(({ cells }) => cells));
    });
  }, 60_000);
});
