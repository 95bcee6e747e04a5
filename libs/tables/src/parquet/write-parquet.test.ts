import { sha256, type Column, type Table } from "@millrace/contracts";
import fc from "fast-check";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const textColumn = (name: string, texts: readonly (string | null)[]): Column => {
  const dictionary = [...new Set(texts.filter((text) => text !== null))].sort();
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  return {
    name,
    kind: "text",
    codes: Int32Array.from(texts, (text) => codeOf.get(text!) ?? -1),
    dictionary,
  };
};

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "NA", " ", "\0", "1", "ä", "\u{1F600}", "\uFF5E", "a\0b", "null"),
);
const column = (rows: number, name: string): fc.Arbitrary<Column> =>
  fc.oneof(
    fc
      .array(
        fc.oneof(
          fc.double().map((value) => value + 0),
          fc.constantFrom(NaN, 0, Infinity),
        ),
        { minLength: rows, maxLength: rows },
      )
      .map((values) => ({
        name,
        kind: "number" as const,
        values: Float64Array.from(values),
      })),
    fc.array(fc.option(text), { minLength: rows, maxLength: rows }).map((texts) => textColumn(name, texts)),
  );
const names = fc.uniqueArray(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("a", "A", 'q"', "'", "ö")), {
  minLength: 1,
  maxLength: 5,
});
const table = fc
  .tuple(fc.integer({ min: 1, max: 40 }), names)
  .chain(([rows, names]) =>
    fc.tuple(...names.map((name) => column(rows, name))).map((columns): Table => ({ rows, columns })),
  );

const big = (): Table => ({
  rows: 130_000,
  columns: [
    {
      name: "number",
      kind: "number",
      values: Float64Array.from({ length: 130_000 }, (_, row) => (row % 9 ? Math.sin(row) : NaN)),
    },
    textColumn(
      "text",
      Array.from({ length: 130_000 }, (_, row) => (row % 5 ? `text ${row % 300}` : null)),
    ),
  ],
});

describe("writeParquet", () => {
  it("writes what readTable reads back the same", async () => {
    const path = join(folder, "same.parquet");
    await fc.assert(
      fc.asyncProperty(table, async (written) => {
        await tables.writeParquet(written, path);
        expect(await tables.readTable(path)).toEqual(written);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the order of rows over many row groups and dictionaries of any width", async () => {
    const path = join(folder, "big.parquet");
    await tables.writeParquet(big(), path);
    expect(await tables.readTable(path)).toEqual(big());
    const wide: Table = {
      rows: 70_000,
      columns: [
        textColumn(
          "id",
          Array.from({ length: 70_000 }, (_, row) => `id${row + 100_000}`),
        ),
      ],
    };
    await tables.writeParquet(wide, path);
    expect(await tables.readTable(path)).toEqual(wide);
  });

  it("writes the same bytes on any number of threads", async () => {
    const digests = [];
    for (const threads of [1, 2, 4, 4]) {
      const others = await openTables({ threads });
      await others.writeParquet(big(), join(folder, `threads.parquet`));
      digests.push(sha256(await readFile(join(folder, "threads.parquet"))));
      others.close();
    }
    expect(new Set(digests).size).toBe(1);
  });

  it("writes minus zero as zero", async () => {
    const path = join(folder, "zero.parquet");
    const numbers = (...values: number[]): Table => ({
      rows: 2,
      columns: [{ name: "n", kind: "number", values: Float64Array.of(...values) }],
    });
    await tables.writeParquet(numbers(-0, 0), path);
    expect(await tables.readTable(path)).toEqual(numbers(0, 0));
  });

  it("can name the columns to read back", async () => {
    const path = join(folder, "some.parquet");
    await tables.writeParquet(big(), path);
    expect((await tables.readTable(path, { columns: ["text"] })).columns).toEqual([big().columns[1]]);
  });

  it("may be given a name with a quote or a star", async () => {
    const path = join(folder, "it's a *.parquet");
    const small: Table = { rows: 1, columns: [textColumn("a", ["x"])] };
    await tables.writeParquet(small, path);
    expect(await tables.readTable(path)).toEqual(small);
  });

  it("refuses a table without columns", async () => {
    await expect(tables.writeParquet({ rows: 0, columns: [] }, join(folder, "no.parquet"))).rejects.toMatchObject({
      code: "TABLE_HAS_NO_COLUMNS",
    });
  });
});
