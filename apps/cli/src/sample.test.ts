import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@millrace/testing";
import { runDataCommand } from "./init-data-for-test.js";

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

describe("millrace sample", () => {
  let folder: Folder;
  beforeEach(async () => void (folder = await temporaryFolder("sample")));
  afterEach(() => folder.remove());
  const run = (...argv: string[]) => runDataCommand(argv, folder.path);
  const text = (file: string) => readFile(join(folder.path, file), "utf8");

  it("writes as many rows as asked, the same for the same seed, and says the best score", async () => {
    const { out, exit } = await run("sample", "iris", "--rows", "40", "--seed", "3");
    expect(exit).toBe(0);
    expect(out).toMatch(/best reachable accuracy: 0\.9\d+/);
    expect((await text("iris.csv")).trimEnd().split("\n")).toHaveLength(41);
    await run("sample", "iris", "--rows", "40", "--seed", "3", "--out", "again.csv");
    expect(await text("again.csv")).toBe(await text("iris.csv"));
    await run("sample", "iris", "--rows", "40", "--seed", "3", "--drift", "1", "--out", "moved.csv");
    expect(await text("moved.csv")).not.toBe(await text("iris.csv"));
  });

  it("writes several files into a folder", async () => {
    const { out } = await run("--json", "sample", "customer-events", "--rows", "10", "--out", "landing");
    expect((await readdir(join(folder.path, "landing"))).sort()).toEqual(["customers.csv", "events.csv"]);
    expect(JSON.parse(out)).toMatchObject({ rows: 10, best: { metric: "roc_auc", value: expect.any(Number) } });
  });

  it("writes over nothing, and refuses names and counts that are none", async () => {
    await run("sample", "iris", "--rows", "5");
    const before = await text("iris.csv");
    await expect(run("sample", "iris", "--rows", "6")).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(await text("iris.csv")).toBe(before);
    await expect(run("sample", "tulip")).rejects.toMatchObject({ code: "SAMPLE_UNKNOWN" });
    await expect(run("sample", "iris", "--rows", "many")).rejects.toThrow(/must be a number/);
  });
});
