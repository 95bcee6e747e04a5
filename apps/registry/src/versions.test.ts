import { openBench, verdictOf, versionsIn, type Bench } from "./registry-for-test.js";
import { registerVersion } from "./versions.js";

describe("version numbers", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const register = async (run: string, status: "approved" | "rejected" = "approved", more = {}, on = bench) =>
    registerVersion(await verdictOf(bench, run, run, more), status, on.context({ run }));

  it("count the runs of a model, approved or not", async () => {
    expect((await register("a")).version).toBe(1);
    expect((await register("b", "rejected")).version).toBe(2);
    expect((await register("a")).version).toBe(1);
    expect(await versionsIn(bench)).toMatchObject([
      { version: 1, run: "a", status: "approved", metrics: { f1: 0.7 }, reason: "because of a", trackingVersion: "1" },
      { version: 2, run: "b", status: "rejected", trackingVersion: "2" },
    ]);
  });

  it("go to each run once, however many register it at once in however many processes", async () => {
    const other = await openBench(bench.folder);
    try {
      const runs = ["a", "b", "c", "d", "e", "f"];
      const tries = runs.flatMap((run) => [bench, other, bench, other].map((on) => register(run, "approved", {}, on)));
      const registered = await Promise.all(tries);
      const versions = await versionsIn(bench);
      expect(versions.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(versions.map(({ run }) => run).sort()).toEqual(runs);
      for (const { run, version } of registered) expect(versions[version - 1]!.run).toBe(run);
      expect(new Set(versions.map(({ trackingVersion }) => trackingVersion)).size).toBe(6);
    } finally {
      await other.close();
    }
  });

  it("go to a run once when another process registers it between two looks", async () => {
    const context = bench.context({ run: "a" });
    let looks = 0;
    const slow: typeof context.records = {
      ...context.records,
      records: (definition) => ({
        ...context.records.records(definition),
        async query(query) {
          const page = await context.records.records(definition).query(query);
          if (looks++ === 0) await register("a");
          return page;
        },
      }),
    };
    await registerVersion(await verdictOf(bench, "a", "a"), "approved", { ...context, records: slow });
    expect(await versionsIn(bench)).toHaveLength(1);
  });

  it("stay when the run is judged again, and the last verdict stands", async () => {
    await register("a");
    await register("a", "rejected", { reason: "worse than version 2" });
    const [version] = await versionsIn(bench);
    expect(version).toMatchObject({ version: 1, status: "rejected", reason: "worse than version 2" });
  });

  it("don't become approved again by a message that comes late", async () => {
    await register("a");
    await register("a", "rejected", { reason: "worse than version 2" });
    expect(await register("a")).toMatchObject({ version: 1, status: "rejected", reason: "worse than version 2" });
  });
});
