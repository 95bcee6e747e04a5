import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeLease } from "./lease.js";
import { openSpool } from "./spool.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "spool-"));
});
afterEach(() => rm(dir, { recursive: true }));

const write = (alias: string) => ({
  at: "2024-05-06T07:08:09.000Z",
  operation: { call: "setAlias", model: "m", alias, version: "1" } as const,
});
const aliasesIn = async (spool: Awaited<ReturnType<typeof openSpool>>): Promise<string[]> => {
  const aliases: string[] = [];
  for await (const { operation } of spool.all()) if (operation.call === "setAlias") aliases.push(operation.alias);
  return aliases;
};

describe("a spool", () => {
  test("keeps writes with their bytes in their order, also for another process", async () => {
    const spool = await openSpool(dir);
    for (const alias of ["a", "b", "c"]) await spool.append(write(alias), [Buffer.from(alias), Buffer.from("more")]);
    const again = await openSpool(dir);
    expect(await aliasesIn(again)).toEqual(["a", "b", "c"]);
    const oldest = (await again.oldest())!;
    expect(oldest.at).toBe("2024-05-06T07:08:09.000Z");
    expect([await oldest.bytesOf(0), await oldest.bytesOf(1)].map(String)).toEqual(["a", "more"]);
  });

  test("gives the next when the oldest is done, and leaves nothing of it", async () => {
    const spool = await openSpool(dir);
    await spool.append(write("a"), [Buffer.from("a")]);
    await spool.append(write("b"));
    await spool.done((await spool.oldest())!.number);
    expect(await aliasesIn(spool)).toEqual(["b"]);
    await spool.done((await spool.oldest())!.number);
    expect([await spool.oldest(), await spool.count()]).toEqual([undefined, 0]);
    expect(await readdir(dir)).toEqual(["waiting"]);
  });

  test("takes those of several writers at once, each once", async () => {
    const spools = await Promise.all(["1", "2", "3", "4"].map(() => openSpool(dir)));
    const all = spools.flatMap((spool, at) => [0, 1, 2, 3, 4].map((one) => spool.append(write(`${at}-${one}`))));
    await Promise.all(all);
    const aliases = await aliasesIn(spools[0]!);
    expect([aliases.length, new Set(aliases).size]).toEqual([20, 20]);
  });

  test("does not see what a process had only half written when it died", async () => {
    const spool = await openSpool(dir);
    await mkdir(join(dir, "new-half"));
    await writeFile(join(dir, "new-half/0"), "bytes");
    expect(await spool.count()).toBe(0);
  });

  test("puts what is refused aside with the reason", async () => {
    const spool = await openSpool(dir);
    await spool.append(write("a"));
    const folder = await spool.refuse((await spool.oldest())!.number, { code: "NO", message: "never" });
    expect(await spool.count()).toBe(0);
    const [refused] = await readdir(folder);
    expect(JSON.parse(await readFile(join(folder, refused!, "problem.json"), "utf8"))).toMatchObject({ code: "NO" });
    expect(await readdir(join(folder, refused!))).toContain("write.json");
  });
});

describe("a lease", () => {
  let now: number;
  const clock = () => new Date(now);
  beforeEach(() => {
    now = 1_000;
  });

  test("is one process's alone until it is released", async () => {
    const lease = (await takeLease(dir, clock))!;
    expect(await takeLease(dir, clock)).toBeUndefined();
    expect(await lease.held()).toBe(true);
    await lease.release();
    const next = await takeLease(dir, clock);
    expect(next).toBeDefined();
    await next!.release();
  });

  test("of a process that stood still passes to another, and the first one knows", async () => {
    const lease = (await takeLease(dir, clock, 30_000))!;
    now += 29_000;
    expect(await takeLease(dir, clock)).toBeUndefined();
    now += 2_000;
    const next = (await takeLease(dir, clock))!;
    expect([await lease.held(), await next.held()]).toEqual([false, true]);
    await lease.release();
    expect(await next.held()).toBe(true);
    await next.release();
  });

  test("is given to one of eight who want it at once", async () => {
    const leases = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => takeLease(dir, clock)));
    const given = leases.filter((lease) => lease !== undefined);
    expect(given).toHaveLength(1);
    await given[0]!.release();
  });
});
