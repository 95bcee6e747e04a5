import { lineageCollection, lineageLinkCollection } from "@millrace/service";
import { defineCollection } from "@millrace/storage";
import { openBench, verdictOf, type Bench } from "./registry-for-test.js";
import { registerVersion } from "./versions.js";

const digest = (letter: string) => `sha256:${letter.repeat(64)}` as const;

describe("the lineage of a version", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const versionsOf = async (of: string) =>
    (
      await bench.platform.records.records(lineageLinkCollection).query({ index: "byWhat", equals: { of } })
    ).records.map(({ value }) => [value.version, value.role]);
  const register = async (run: string) => {
    const verdict = await verdictOf(bench, run, run);
    await registerVersion(verdict, "approved", bench.context({ run }));
    return verdict;
  };

  it("names its data, configuration, package and code, and each of them leads back to it", async () => {
    const { spec, dataset, package: bytes } = await register("a");
    const lineage = await bench.platform.records.records(lineageCollection).get("iris@1");
    expect(lineage!.value).toMatchObject({
      ...{
        model: "iris",
        version: 1,
        run: "a",
        code: expect.stringMatching(/^\d+\.\d+\.\d+/),
        spec: spec.digest,
        package: bytes.digest,
      },
      ...{ source: { location: "a" }, rows: { total: 2, train: 1, test: 1 }, train: dataset.train.digest },
    });
    expect(await versionsOf(spec.digest)).toEqual([[1, "configuration"]]);
    expect(await versionsOf(bytes.digest)).toEqual([[1, "package"]]);
    expect(await versionsOf("a")).toEqual([[1, "run"]]);
    await register("b");
    expect(await versionsOf(dataset.train.digest)).toEqual([
      [1, "rows"],
      [2, "rows"],
    ]);
  });

  it("of a model that was made elsewhere names the rows that judged it, and none that it learned from", async () => {
    const imported = { by: "ann", reason: "better" };
    const verdict = await verdictOf(bench, "a", "a", { imported });
    await registerVersion(verdict, "approved", bench.context({ run: "a" }));
    const { value } = (await bench.platform.records.records(lineageCollection).get("iris@1"))!;
    expect(value).toMatchObject({ test: verdict.dataset.test.digest, spec: verdict.spec.digest });
    expect([value.train, value.source, value.rows]).toEqual([undefined, undefined, undefined]);
  });

  it("leads from each span of data, and from the run that brought it, to each version that learned from it", async () => {
    const span = (run: string, letter: string) => ({ run, rows: 10, artifact: { digest: digest(letter) } });
    const runs = bench.platform.records.records(
      defineCollection<object>({ name: "span-runs", indexes: { byPipeline: ["pipeline" as never] } }),
    );
    await runs.putIfAbsent("iris/a/x", { pipeline: "iris", run: "a", own: span("a", "1"), kept: [] });
    await runs.putIfAbsent("iris/b/x", { pipeline: "iris", run: "b", own: span("b", "2"), kept: [span("a", "1")] });
    await register("a");
    await register("b");
    expect(await versionsOf(digest("1"))).toEqual([
      [1, "span"],
      [2, "span"],
    ]);
    expect(await versionsOf(digest("2"))).toEqual([[2, "span"]]);
    expect(await versionsOf("a")).toEqual([
      [1, "run"],
      [2, "span"],
    ]);
  });
});
