import type { Table } from "@millrace/contracts";
import { outOfMemory, refusingLongTexts } from "./long-texts.js";

const texts = (length: number, rows: number): Table => ({
  rows,
  columns: [
    { name: "page", kind: "text", codes: new Int32Array(rows), dictionary: Array(rows).fill("x".repeat(length)) },
  ],
});

describe("texts that are too long to be compared", () => {
  let appended = 0;
  const sink = { begin: async () => undefined, append: async ({ rows }: Table) => void (appended += rows) };
  beforeEach(() => void (appended = 0));

  it("are refused by the name of their column and the row, when they have come to too much", async () => {
    const guarded = refusingLongTexts(sink, "postgres: db/shop", 250_000);
    await guarded.append(texts(100_000, 2));
    await expect(guarded.append(texts(100_000, 1))).rejects.toMatchObject({
      code: "SOURCE_TEXTS_TOO_LONG",
      problem: { where: "postgres: db/shop, column page, row 3" },
    });
    expect(appended).toBe(2);
  });

  it("do not count while each of them is short", async () => {
    const guarded = refusingLongTexts(sink, "postgres: db/shop", 250_000);
    for (let batch = 0; batch < 10; batch++) await guarded.append(texts(60_000, 10));
    expect(appended).toBe(100);
  });

  it("have an error with a code where no limit foresaw it, and other errors stay what they are", () => {
    const error = outOfMemory(new Error("Out of Memory Error: failed to pin block of size 9.5 MiB\n\nmore"), "run r1");
    expect(error).toMatchObject({ code: "SOURCE_TOO_LARGE", problem: { where: "run r1" } });
    const other = new Error("no");
    expect(outOfMemory(other, "run r1")).toBe(other);
  });
});
