import { deploymentCollection } from "@millrace/service";
import { deploy, type Change } from "./deployment.js";
import { mirrorAliases } from "./mirror-aliases.js";
import { aliasIn, deploymentIn, DIED, dyingAt, openBench, verdictOf, type Bench } from "./registry-for-test.js";
import { deployed, registerVersion } from "./versions.js";

describe("the deployment", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  async function change(run: string, after: number, alias?: string): Promise<Change> {
    const known = await registerVersion(await verdictOf(bench, run, run), "approved", bench.context({ run }));
    const about = { model: "iris", version: known.version, run, reason: `for ${run}`, by: "test" };
    return { ...about, kind: "promoted", decidedOn: after, after, to: { champion: deployed(known), alias } };
  }
  const make = (wanted: Change) => deploy(wanted, bench.context());

  it("grows by a generation with each change and remembers what served before", async () => {
    await make(await change("a", 0, "production"));
    await make(await change("b", 1));
    expect(await deploymentIn(bench)).toMatchObject({
      ...{ generation: 2, run: "b", alias: "production", reason: "for b" },
      ...{ champion: { version: 2 }, previous: { version: 1 } },
    });
  });

  it("is refused to a change that was decided on an older generation", async () => {
    const [first, late, early] = [await change("a", 0), await change("b", 0), await change("c", 5)];
    await make(first);
    const before = await deploymentIn(bench);
    expect(await make(late)).toBeUndefined();
    expect(await make(early)).toBeUndefined();
    expect(await deploymentIn(bench)).toEqual(before);
  });

  it("of one generation is made by one of many who try at once", async () => {
    const changes = await Promise.all(["a", "b", "c", "d"].map((run) => change(run, 0)));
    const made = (await Promise.all(changes.map(make))).filter((record) => record !== undefined);
    expect(made).toHaveLength(1);
    expect(await deploymentIn(bench)).toEqual(made[0]);
  });

  it("answers the same run with the record that it made, also when others have changed it since", async () => {
    const first = await change("a", 0);
    const made = await make(first);
    expect(await make(first)).toEqual(made);
    await make(await change("b", 1));
    await make(await change("c", 2));
    expect(await make(first)).toEqual(made);
    expect(await deploymentIn(bench)).toMatchObject({ generation: 3, run: "c" });
  });

  it("is finished by whoever comes next when its writer died half-way", async () => {
    const [dead, next] = [await change("a", 0), await change("b", 0)];
    await expect(deploy(dead, dyingAt(3, bench.context()))).rejects.toThrow(DIED);
    expect(await deploymentIn(bench)).toBeUndefined();
    expect(await make(next)).toBeUndefined();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 1, run: "a" });
    expect(await make(dead)).toMatchObject({ generation: 1, run: "a" });
  });

  it("goes on from a record that was written without its generation's", async () => {
    const { to } = await change("a", 0);
    const record = {
      model: "iris",
      generation: 4,
      champion: to.champion!,
      alias: "champion",
      run: "z",
      reason: "",
      updatedAt: "",
    };
    await bench.platform.records.records(deploymentCollection).putIfAbsent("iris", record);
    expect(await make(await change("b", 4))).toMatchObject({ generation: 5, previous: { version: 1 } });
  });
});

describe("the aliases on the tracking server", () => {
  it("end on the version that serves, also when an older look at it arrives last", async () => {
    const bench = await openBench();
    const promote = async (run: string, generation: number) => {
      const version = await registerVersion(await verdictOf(bench, run, run), "approved", bench.context({ run }));
      const about = { model: "iris", version: version.version, run, reason: "", by: "test" };
      const to = { champion: deployed(version) };
      await deploy({ ...about, kind: "promoted", decidedOn: generation, after: generation, to }, bench.context());
    };
    try {
      await promote("a", 0);
      const { tracking } = bench.platform;
      const slow: typeof tracking.setAlias = async (...alias) => {
        slowTracking.setAlias = tracking.setAlias;
        await promote("b", 1);
        await mirrorAliases("iris", bench.context());
        await tracking.setAlias(...alias);
      };
      const slowTracking = { ...tracking, setAlias: slow };
      await mirrorAliases("iris", { ...bench.context(), tracking: slowTracking });
      expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 2 } });
      expect(await aliasIn(bench)).toBe(2);
      expect(await aliasIn(bench, "previous")).toBe(1);
    } finally {
      await bench.close();
    }
  });
});
