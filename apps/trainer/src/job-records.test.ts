import { openRecordStore, type RecordStore } from "@millrace/storage";
import { temporaryFolder } from "@millrace/testing";
import { jobCollection, openJobRecords } from "./job-records.js";

const metrics = { folds: [{ log_loss: 0.5 }] };
const mine = { problem: { code: "CANDIDATE_TIMED_OUT", message: "no." }, training: "run-1" };

describe("the record of a job", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let records: RecordStore;
  let now = 0;
  beforeEach(async () => {
    folder = await temporaryFolder("jobs");
    records = await openRecordStore({ dir: folder.path });
    now = Date.parse("2026-01-01T00:00:00Z");
  });
  afterEach(async () => {
    await records.close();
    await folder.remove();
  });

  const open = (has = true) =>
    openJobRecords({
      ...{ records, artifacts: { has: () => Promise.resolve(has) }, owner: "o", seconds: 10 },
      clock: () => new Date(now),
    });
  const resultOf = async (training = "run-1", jobs = open()) => jobs.resultFor(training, await jobs.find("a"));
  /** As a process of this machine that is gone would leave it. */
  const claimedByDead = (losses: number) =>
    records.records(jobCollection).update("a", (current) => ({
      ...{ fence: (current?.fence ?? 0) + 1, losses },
      claim: { owner: "dead", host: "elsewhere", pid: 1, expiresAt: new Date(now - 1).toISOString() },
    }));

  it("is claimed by one at a time, and by nobody once it is done", async () => {
    const claims = await Promise.all([1, 2, 3].map(() => open().claim("a", "run-1")));
    const held = claims.filter((claim) => claim !== undefined);
    expect(held).toHaveLength(1);
    expect(await held[0]!.finish(metrics)).toBe(true);
    expect(await open().claim("a", "run-2")).toBeUndefined();
    expect(await resultOf("run-2")).toEqual(metrics);
  });

  it("takes no result of one whose claim was taken over", async () => {
    const zombie = (await open().claim("a", "run-1"))!;
    now += 60_000;
    const heir = (await open().claim("a", "run-1"))!;
    expect(heir.losses).toBe(1);
    expect(await zombie.finish({ folds: [{ log_loss: 9 }] })).toBe(false);
    expect(await heir.finish(metrics)).toBe(true);
    expect(await zombie.finish({ folds: [{ log_loss: 9 }] })).toBe(false);
    expect(await resultOf()).toEqual(metrics);
  });

  it("is given back undone without counting as a loss", async () => {
    await (await open().claim("a", "run-1"))!.release();
    expect((await open().claim("a", "run-1"))!.losses).toBe(0);
  });

  it("is given up when three were lost over it, for this training only", async () => {
    await claimedByDead(2);
    expect(await open().claim("a", "run-1")).toBeUndefined();
    expect(await resultOf()).toMatchObject({ problem: { code: "CANDIDATE_POISONED" } });
    expect(await resultOf("run-2")).toBeUndefined();
    expect((await open().claim("a", "run-2"))!.losses).toBe(0);
  });

  it("is done again for another training where its problem may not come again, and not where it will", async () => {
    await (await open().claim("a", "run-1"))!.finish(mine);
    expect([await resultOf(), await resultOf("run-2")]).toEqual([mine, undefined]);
    await (await open().claim("a", "run-2"))!.finish({ problem: mine.problem });
    expect(await resultOf("run-3")).toEqual({ problem: mine.problem });
  });

  it("is done again where the artifact of its result is gone", async () => {
    const outOfFold = { digest: `sha256:${"0".repeat(64)}` as const, size: 1, mediaType: "m", name: "n" };
    await (await open().claim("a", "run-1"))!.finish({ ...metrics, outOfFold });
    expect(await resultOf()).toBeDefined();
    expect(await resultOf("run-1", open(false))).toBeUndefined();
    expect(await open(false).claim("a", "run-1")).toBeDefined();
  });

  it("is withdrawn only where nobody does it", async () => {
    const claim = (await open().claim("a", "run-1"))!;
    await open().settle("a", mine);
    expect(await claim.finish(metrics)).toBe(true);
    await open().settle("a", mine);
    expect(await resultOf()).toEqual(metrics);
  });
});
