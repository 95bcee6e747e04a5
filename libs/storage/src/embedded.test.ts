import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCollection, openRecordStore } from "./index.js";
import { recordConformance } from "./record-conformance.js";
import { spawnChild } from "./spawn-conformance-child.js";

const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "millrace-records-")));
  return folders.at(-1)!;
};
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

recordConformance("embedded", async () => ({ dir: folder() }));

const counters = defineCollection<{ count: number }>({ name: "counters", indexes: { byCount: ["count"] } });

describe("the embedded record store", () => {
  it("still has every record whose put had returned when the process was killed", async () => {
    const dir = folder();
    let acknowledged = -1;
    for (let round = 0; round < 4; round++) {
      const child = await spawnChild("write records for ever", { dir }, acknowledged + 1);
      const enough = acknowledged + 100 + 37 * round;
      while (((await child.next()) as number) < enough);
      child.process.kill("SIGKILL");
      await child.ended;
      acknowledged = child.lines.at(-1) as number;
    }
    const store = await openRecordStore({ dir });
    const records = store.records(counters);
    for (let i = 0; i <= acknowledged; i++) expect((await records.get(`k${i}`))?.value).toEqual({ count: i });
    const { records: last } = await records.query({ index: "byCount", order: "desc", limit: 1 });
    expect(last[0]!.value.count).toBeGreaterThanOrEqual(acknowledged);
    await store.close();
  }, 60_000);

  it("shows another process's record at once", async () => {
    const dir = folder();
    const store = await openRecordStore({ dir });
    const records = store.records(counters);
    expect(await records.get("k0")).toBeUndefined();
    const child = await spawnChild("write records for ever", { dir }, 0);
    for (let seen = 0; seen < 50; seen++) {
      const written = (await child.next()) as number;
      expect((await records.get(`k${written}`))?.value).toEqual({ count: written });
    }
    child.process.kill("SIGKILL");
    await child.ended;
    expect(await records.putIfAbsent("after the kill", { count: -1 })).toMatchObject({ created: true });
    await store.close();
  }, 60_000);

  it("stays open for one holder while another of the same process closes", async () => {
    const dir = folder();
    const [one, two] = [await openRecordStore({ dir }), await openRecordStore({ dir })];
    await one.records(counters).putIfAbsent("a", { count: 1 });
    await one.close();
    expect((await two.records(counters).get("a"))!.value).toEqual({ count: 1 });
    await two.records(counters).putIfAbsent("b", { count: 2 });
    await two.close();
    const again = await openRecordStore({ dir });
    expect((await again.records(counters).get("b"))!.value).toEqual({ count: 2 });
    await again.close();
  });
});
