import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@millrace/testing";
import { runDataCommand } from "./init-data-for-test.js";
import type { ColumnFacts } from "./profile-columns.js";

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

/** A name for each row, a number, a column that tells the answer, one that is always the same, and the answer. */
const rows = Array.from({ length: 100 }, (_, row) => {
  const answer = row % 2 ? "yes" : "no";
  return [`K${row}`, row % 10 === 0 ? "" : (row * 37) % 101, answer === "yes" ? "a<b" : "c", 5, answer].join(",");
});
const csv = `key,size,hint,same,answer\n${rows.join("\n")}\n`;

describe("millrace profile", () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = await temporaryFolder("profile");
    await writeFile(join(folder.path, "data.csv"), csv);
  });
  afterAll(() => folder.remove());
  const run = (...argv: string[]) => runDataCommand(argv, folder.path);
  const columnsOf = async (...argv: string[]) => {
    const { columns } = JSON.parse((await run("--json", "profile", "data.csv", ...argv)).out) as {
      columns: ColumnFacts[];
    };
    return Object.fromEntries(columns.map((facts) => [facts.name, facts]));
  };

  it("counts missing and distinct values and tells ranges", async () => {
    const { size, hint, same } = await columnsOf();
    expect(size).toMatchObject({ kind: "number", rows: 100, missing: 10, whole: true, range: { min: 1 } });
    expect(hint).toMatchObject({ kind: "text", distinct: 2, top: [["a<b", 50], ["c", 50]] }); // prettier-ignore
    expect(same).toMatchObject({ distinct: 1, outliers: 0 });
    const counts = (size as Extract<ColumnFacts, { kind: "number" }>).histogram;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(90);
  });

  it("says how much each column tells of the target: all, or nothing", async () => {
    const { key, hint, same, size, answer } = await columnsOf("--target", "answer");
    expect(hint!.relation).toBeGreaterThan(0.98);
    expect(same!.relation).toBe(0);
    expect(key!.relation).toBe(0);
    expect(size!.relation).toBeLessThan(0.2);
    expect(answer!.relation).toBeUndefined();
  });

  it("shows a line for each column, and writes a page that needs nothing else", async () => {
    const { out, exit } = await run("profile", "data.csv", "--target", "answer", "--html", "data.html");
    expect(exit).toBe(0);
    expect(out).toMatch(/100 rows, 5 columns\n/);
    expect(out).toMatch(/size +number +10 % /);
    const page = await readFile(join(folder.path, "data.html"), "utf8");
    expect(page).toContain("a&lt;b");
    expect(page).not.toMatch(/a<b|<script|https?:/);
    expect(page.match(/<svg/g)).toHaveLength(5);
  });

  it("names the columns that there are when the target is none, and says when there is no file", async () => {
    await expect(run("profile", "data.csv", "--target", "answre")).rejects.toThrow(
      /answre.*key, size, hint, same, answer/,
    );
    await expect(run("profile", "nothing.csv")).rejects.toMatchObject({
      problem: { code: expect.stringMatching(/^SOURCE_/) },
    });
  });
});
