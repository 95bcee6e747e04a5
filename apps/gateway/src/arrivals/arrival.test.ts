import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipelineSpec } from "@millrace/contracts";
import { arrivalEvent, type Arrival } from "./arrival.js";
import { matches } from "./source-files.js";
import type { SourceProbe } from "./source-probe.js";

describe("what tells one arrival from another", () => {
  let folder: string;
  let largest: number | undefined;
  let objects: string | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-arrival-"));
    [largest, objects] = [undefined, undefined];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const probe = { largest: async () => largest, objects: async () => objects } as unknown as SourceProbe;
  const write = async (name: string, text: string) => {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  const eventFor = (source: object, arrival: Partial<Arrival> = {}, more: object = {}) => {
    const spec = pipelineSpec.parse({ name: "churn", source, target: { column: "y" }, ...more });
    return arrivalEvent({ pipeline: "churn", ...arrival }, { spec, folder }, { clock: () => new Date(0), probe });
  };
  const idFor = async (...given: Parameters<typeof eventFor>) => (await eventFor(...given)).id;

  it.each(["days", "days/*.csv", "**/*.csv"])("are all files of %s, whatever else lies there", async (path) => {
    await write("days/1.csv", "one");
    await write("days/2.csv", "two");
    const before = await idFor({ path });
    await write("days/_SUCCESS", "");
    expect(await idFor({ path })).toBe(before);
    await write("days/2.csv", "changed");
    const changed = await idFor({ path });
    await write("days/3.csv", "three");
    expect(new Set([before, changed, await idFor({ path })]).size).toBe(3);
  });

  it("are not sought through links to folders, nor with patterns that take for ever", async () => {
    await write("days/1.csv", "one");
    await symlink("..", join(folder, "days/loop"));
    expect(await idFor({ path: "days" })).toBe(await idFor({ path: "days" }));
    expect(matches("a".repeat(200), `${"*a".repeat(60)}b`)).toBe(false);
    const cases = ["day-1.csv day-*.csv", "day-1.csv d?y*1*", "x x", "ab a*b", "aXbXc a*b*c", "a.csv *.csv*"];
    for (const [name, pattern] of cases.map((text) => text.split(" "))) expect(matches(name!, pattern!)).toBe(true);
    for (const [name, pattern] of ["a ab", "ab a", "a a*a", "abc a?"].map((text) => text.split(" ")))
      expect(matches(name!, pattern!)).toBe(false);
  });

  it("are the files of all tables that are joined, and the query", async () => {
    await write("a.csv", "a");
    await write("b.csv", "b");
    const tables = { a: { path: "a.csv" }, b: { path: "b.csv" } };
    const before = await idFor({ tables, query: "select * from a" });
    expect(await idFor({ tables, query: "select * from a" })).toBe(before);
    expect(await idFor({ tables, query: "select * from b" })).not.toBe(before);
    await write("b.csv", "changed");
    expect(await idFor({ tables, query: "select * from a" })).not.toBe(before);
  });

  it("is nothing for a database, but how far its watermark has come where only new rows are read", async () => {
    const source = { kind: "sql", url: "${DB}", query: "select 1" };
    expect(await idFor(source)).not.toBe(await idFor(source));
    const span = { span: { read: "new", watermark: "at" } };
    largest = 7;
    const before = await idFor(source, {}, span);
    expect(await idFor(source, {}, span)).toBe(before);
    expect(await idFor(source, { again: true }, span)).not.toBe(before);
    largest = 8;
    expect(await idFor(source, {}, span)).not.toBe(before);
  });

  it("are the objects of a bucket, and nothing for a file elsewhere or one that can't be read", async () => {
    const source = { kind: "s3", url: "s3://lake/in/" };
    objects = "etags";
    expect(await idFor(source)).toBe(await idFor(source));
    objects = undefined;
    expect(await idFor(source)).not.toBe(await idFor(source));
    const http = { kind: "http", url: "https://data.test/x.csv" };
    expect(await idFor(http)).not.toBe(await idFor(http));
    expect(await idFor({ path: "nowhere.csv" })).not.toBe(await idFor({ path: "nowhere.csv" }));
  });

  it("hands a path on as an absolute one, and an address as it is", async () => {
    await write("days/1.csv", "one");
    const sourceOf = async (source: string) =>
      ((await eventFor({ path: "x.csv" }, { source })).data as { source: string }).source;
    expect(await sourceOf("days/1.csv")).toBe(join(folder, "days/1.csv"));
    expect(await sourceOf("days")).toBe(join(folder, "days"));
    expect(await sourceOf("days/*.csv")).toBe(join(folder, "days/*.csv"));
    expect(await sourceOf("s3://lake/x.csv")).toBe("s3://lake/x.csv");
  });
});
