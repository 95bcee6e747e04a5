import { openRecordStore, type RecordStore } from "@millrace/storage";
import { temporaryFolder } from "@millrace/testing";
import { claimLease } from "./lease.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let records: RecordStore;
let now: Date;

beforeEach(async () => {
  folder = await temporaryFolder("lease");
  records = await openRecordStore({ dir: folder.path });
  now = new Date("2026-01-01T00:00:00Z");
});

afterEach(async () => {
  await records.close();
  await folder.remove();
});

const claim = (owner: string) => claimLease("work", { records, owner, seconds: 30, clock: () => now });

describe("a lease", () => {
  it("is held by one, and free again when it is released", async () => {
    const first = await claim("a");
    expect(first).toBeDefined();
    expect(await claim("b")).toBeUndefined();
    await first!.release();
    expect(await claim("b")).toBeDefined();
  });

  it("can be taken over once it has expired, and the old holder's release takes nothing away", async () => {
    const first = await claim("a");
    now = new Date(now.getTime() + 31_000);
    expect(await claim("b")).toBeDefined();
    await first!.release();
    expect(await claim("c")).toBeUndefined();
  });

  it("is won by one of many who claim it at once", async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(`owner-${index}`)));
    expect(claims.filter((held) => held !== undefined)).toHaveLength(1);
  });
});
