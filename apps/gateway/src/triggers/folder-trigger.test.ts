import { appendFile, mkdir, readdir, rename, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { eventually, startGateway, writePipeline, type GatewayForTest } from "../gateway-for-test.js";

describe("a watched folder", () => {
  let gateway: GatewayForTest;
  let incoming: string;

  beforeEach(async () => {
    gateway = await startGateway();
    incoming = join(gateway.pipelinesDir, "churn/incoming");
    await eventually("the folder", async () => (await names(incoming)) !== undefined);
  });
  afterEach(() => gateway.stop());

  const names = (folder: string) => readdir(folder).catch(() => undefined);
  const runs = async () => (await gateway.call("GET", "/runs")).body.runs;
  const taken = (folder: string) =>
    eventually("_SUCCESS taken", async () => (await names(folder))!.some((name) => name.startsWith("_SUCCESS.run-")));
  const sources = async () => {
    const pages = await Promise.all(
      (await runs()).map(({ run }: { run: string }) => gateway.call("GET", `/runs/${run}`)),
    );
    return pages.map(({ body }) => body.events["data.arrived"].data.source);
  };

  it("begins a run for a file beside _SUCCESS, once", async () => {
    await writeFile(join(incoming, "day-1.csv"), "a,b\n1,2\n");
    await writeFile(join(incoming, "_SUCCESS"), "");
    await taken(incoming);
    expect(await sources()).toEqual([join(incoming, "day-1.csv")]);
    await writeFile(join(incoming, "_SUCCESS"), "");
    await eventually("_SUCCESS taken", async () => !(await names(incoming))!.includes("_SUCCESS"));
    expect(await runs()).toHaveLength(1);
  });

  it("begins a run for each file, the newest last, also one folder deeper", async () => {
    const day = join(incoming, "2026-11-21");
    await mkdir(day);
    for (const [hour, name] of ["b.csv", "a.parquet", "notes.txt"].entries()) {
      await writeFile(join(day, name), name);
      await utimes(join(day, name), 0, 3600 * hour);
    }
    await writeFile(join(day, "_SUCCESS"), "");
    await taken(day);
    expect(await sources()).toEqual([join(day, "a.parquet"), join(day, "b.csv")]);
  });

  it("begins nothing for a file alone, nor for one that is still being written", async () => {
    await writeFile(join(incoming, "alone.csv"), "a,b\n");
    const growing = join(incoming, "late");
    await mkdir(growing);
    await writeFile(join(growing, "_SUCCESS"), "");
    // Written slowly, so that the gateway looks several times while the file grows.
    for (let row = 0; row < 30; row++) {
      await appendFile(join(growing, "rows.csv"), `${row},${row}\n`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(await runs()).toEqual([]);
    }
    await taken(growing);
    expect(await sources()).toEqual([join(growing, "rows.csv")]);
  });

  it("is picked up when its pipeline is added while the gateway runs", async () => {
    const root = dirname(gateway.pipelinesDir);
    await writePipeline(root, "late", "triggers: [{ watch: landing }]");
    const landing = join(gateway.pipelinesDir, "late/landing");
    await eventually("the new folder", async () => (await names(landing)) !== undefined);
    await writeFile(join(root, "x.csv"), "a,b\n1,2\n");
    await rename(join(root, "x.csv"), join(landing, "x.csv"));
    await writeFile(join(landing, "_SUCCESS"), "");
    await taken(landing);
    expect(await runs()).toEqual([expect.objectContaining({ pipeline: "late" })]);
  });
});
