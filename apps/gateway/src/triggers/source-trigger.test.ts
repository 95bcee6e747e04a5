import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openSourceProbe, type SourceProbe } from "../arrivals/source-probe.js";
import { lookAtRows, lookAtWatermark, type RowsSpec } from "./source-trigger.js";
import { pipelineFile, triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

const thousand: RowsSpec = { rows: 1000, every: "1m" };

describe("new rows in the source", () => {
  let test: TriggersForTest;
  let rows = 0;
  beforeEach(async () => (test = await triggersForTest()));
  afterEach(() => test.close());
  const probe = { rows: async () => rows } as unknown as SourceProbe;
  const look = async (count: number, states = test.states) => {
    rows = count;
    await lookAtRows(pipelineFile(), thousand, { ...test, states, probe });
  };

  it("begin a run when there are enough of them, counted from the last run", async () => {
    await look(999);
    expect(test.begun).toEqual([]);
    await look(1000);
    await look(1999);
    expect(test.begun).toHaveLength(1);
    await look(2000);
    await look(2500);
    expect(test.begun).toHaveLength(2);
  });

  it("are counted anew after a run that something else began", async () => {
    await look(1000);
    await look(1900);
    await test.begin(pipelineFile(), { reason: "http" });
    await look(2100);
    expect(test.begun).toHaveLength(2);
    await look(2900);
    expect(test.begun).toHaveLength(3);
  });

  it("are those that came after the trigger, where the pipeline has run before, and after a table was emptied", async () => {
    await test.begin(pipelineFile(), { reason: "http" });
    await look(5000);
    expect(test.begun).toHaveLength(1);
    await look(10);
    await look(1010);
    expect(test.begun).toHaveLength(2);
  });

  it("begin one run when the gateway dies before it writes that down", async () => {
    let writes = 0;
    const dying = {
      ...test.states,
      update: (...given: Parameters<typeof test.states.update>) =>
        ++writes === 2 ? Promise.reject(new Error("killed")) : test.states.update(...given),
    };
    await expect(look(1000, dying)).rejects.toThrow("killed");
    await look(1100);
    expect(test.begun).toHaveLength(1);
    await look(2100);
    expect(test.begun).toHaveLength(2);
  });

  it("are lines in files, packed or not, without the header", async () => {
    await writeFile(join(test.root, "a.csv"), "a,b\n1,2\n3,4");
    await writeFile(join(test.root, "b.csv.gz"), gzipSync("a,b\n1,2\n"));
    const settings = {} as Parameters<typeof openSourceProbe>[0]["settings"];
    const real = openSourceProbe({ environment: {}, settings });
    const at = (path: string) => real.rows({ ...pipelineFile({ source: { path } }), folder: test.root });
    expect(await at("a.csv")).toBe(2);
    expect(await at("*.csv*")).toBe(3);
    await writeFile(join(test.root, "c.jsonl"), "{}\n{}\n");
    expect(await at("c.jsonl")).toBe(2);
    await writeFile(join(test.root, "d.parquet"), "PAR1");
    await expect(at("d.parquet")).rejects.toMatchObject({ code: "ROWS_UNCOUNTABLE" });
  });
});

describe("a watermark that moves", () => {
  let test: TriggersForTest;
  beforeEach(async () => (test = await triggersForTest()));
  afterEach(() => test.close());
  const look = (largest: number | undefined) => {
    const probe = { largest: async () => largest } as unknown as SourceProbe;
    return lookAtWatermark(pipelineFile(), { watermark: true, every: "1m" }, { ...test, probe });
  };

  it("begins a run each time, and the first time where none has begun before", async () => {
    for (const largest of [undefined, 5, 5, 6, 6]) await look(largest);
    expect(test.begun.map(({ reason }) => reason)).toEqual(["watermark", "watermark"]);
  });

  it("begins none for what the runs before the trigger have seen", async () => {
    await test.begin(pipelineFile(), { reason: "http" });
    await look(5);
    expect(test.begun).toHaveLength(1);
    await look(7);
    expect(test.begun).toHaveLength(2);
  });
});
