import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudEvent } from "@millrace/contracts";
import { openLog } from "@millrace/service";
import { openRecordStore, type RecordStore } from "@millrace/storage";
import { foldEvent } from "./fold-event.js";
import { fixtures as say } from "./flow-fixtures.js";
import { startRunKeeper, waitSeconds } from "./run-keeper.js";
import { openRuns } from "./run-records.js";

describe("the run keeper", () => {
  let dir: string;
  let store: RecordStore;
  let now = new Date(0);
  let published: CloudEvent[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "millrace-keeper-"));
    store = await openRecordStore({ dir });
    now = new Date("2026-01-01T01:00:00Z");
    published = [];
  });
  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });

  const openKeeper = () =>
    startRunKeeper({
      ...{ runs: openRuns(store), clock: () => now, afterSeconds: 60, forgetfulBroker: false },
      bus: { publish: async (event) => void published.push(event) },
      log: openLog({ LOG_LEVEL: "error" }, {}),
      metrics: { nudged: () => {}, running: () => {} },
    });
  const write = async (...events: CloudEvent[]) => {
    for (const event of events) {
      await openRuns(store).update(event.run!, (page) => foldEvent(page, event, now.toISOString()));
    }
  };
  const later = (seconds: number) => (now = new Date(now.getTime() + seconds * 1000));

  it("sends the furthest event of a run that stands still, and waits twice as long each time", async () => {
    await write(say.arrived(), say.ingested());
    const keeper = openKeeper();
    expect(await keeper.look()).toEqual([]);
    for (const wait of [60, 120, 240, 480, 600, 600]) {
      later(wait - 1);
      expect(await keeper.look()).toEqual([]);
      later(1);
      expect(await keeper.look()).toEqual(["run-1"]);
    }
    expect(new Set(published.map(({ type }) => type))).toEqual(new Set(["dataset.ingested"]));
    await keeper.stop();
  });

  it("leaves runs alone that have ended or move", async () => {
    await write(say.arrived("run-ended"), say.failed("ingest", 1, say.arrived()), say.arrived("run-moves"));
    await openRuns(store).update("run-ended", (page) => ({ ...page!, status: "failed" }));
    later(59);
    const keeper = openKeeper();
    expect(await keeper.look()).toEqual([]);
    await keeper.stop();
  });

  it("sends at once, when it starts, for what ran before and not for what began since", async () => {
    await write(say.arrived("run-before"));
    later(1);
    const keeper = openKeeper();
    await write(say.arrived("run-since"));
    expect(await keeper.look({ all: true })).toEqual(["run-before"]);
    await keeper.stop();
  });

  it("sends once where several gateways look at the same time", async () => {
    await write(say.arrived());
    later(61);
    const keepers = [openKeeper(), openKeeper(), openKeeper()];
    const looks = await Promise.all(keepers.map((keeper) => keeper.look()));
    expect(looks.flat()).toEqual(["run-1"]);
    expect(published).toHaveLength(1);
    await Promise.all(keepers.map((keeper) => keeper.stop()));
  });

  it("never waits longer than ten minutes between two nudges", () => {
    expect(waitSeconds(51, 60) - waitSeconds(50, 60)).toBe(600);
  });
});
