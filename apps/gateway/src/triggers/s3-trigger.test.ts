import type { ListedObject } from "@millrace/storage";
import { landingsAmong, lookAtPrefix } from "./s3-trigger.js";
import { pipelineFile, triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

const object = (key: string, second = 0, etag = key): ListedObject => ({
  ...{ key, size: 1, etag },
  modifiedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
});

describe("objects beside _SUCCESS", () => {
  it("belong to the nearest marker above them, the one that was written last comes last", () => {
    const landings = landingsAmong([
      ...[object("in/b/_SUCCESS", 9), object("in/b/x.csv", 8), object("in/b/deep/y.csv", 8)],
      ...[object("in/a/_SUCCESS", 5), object("in/a/x.parquet", 4), object("in/a/notes.txt"), object("in/a/_tmp.csv")],
      object("in/unmarked.csv"),
    ]);
    expect(landings.map(({ prefix, objects }) => [prefix, objects.map(({ key }) => key)])).toEqual([
      ["in/a/", ["in/a/x.parquet"]],
      ["in/b/", ["in/b/x.csv", "in/b/deep/y.csv"]],
    ]);
  });

  it("are not complete while one is newer than the marker, nor without data", () => {
    expect(landingsAmong([object("in/_SUCCESS", 1), object("in/x.csv", 2)])).toEqual([]);
    expect(landingsAmong([object("in/_SUCCESS", 1)])).toEqual([]);
  });
});

describe("a watched prefix", () => {
  let test: TriggersForTest;
  beforeEach(async () => (test = await triggersForTest()));
  afterEach(() => test.close());
  const look = (objects: ListedObject[], more: object = {}) => {
    const probe = {
      list: async (_bucket: string, prefix: string) => objects.filter(({ key }) => key.startsWith(prefix)),
    };
    return lookAtPrefix(pipelineFile(more), { s3: "s3://lake/in/", every: "1m" }, { ...test, probe });
  };

  it("begins a run for what landed, once, and again when it is replaced", async () => {
    const day = [object("in/_SUCCESS", 1), object("in/x.csv", 0, "one")];
    await look(day);
    await look(day);
    expect(test.begun.map(({ source, reason }) => [source, reason])).toEqual([["s3://lake/in/x.csv", "s3"]]);
    await look([object("in/_SUCCESS", 3), object("in/x.csv", 2, "two")]);
    expect(test.begun).toHaveLength(2);
  });

  it("hands on the prefix of several objects, and nothing where the pipeline reads the place by itself", async () => {
    const days = [object("in/d/_SUCCESS", 1), object("in/d/x.csv"), object("in/d/y.csv")];
    await look(days);
    expect(test.begun[0]!.source).toBe("s3://lake/in/d/");
    const more = { name: "other", source: { kind: "s3", url: "s3://lake/in/" } };
    await look(days, more);
    expect(test.begun[1]).not.toHaveProperty("source");
  });
});
