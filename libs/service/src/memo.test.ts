import { openArtifactStore, openRecordStore } from "@millrace/storage";
import { temporaryFolder } from "@millrace/testing";
import { openMemo } from "./memo.js";

describe("what was computed once", () => {
  async function open() {
    const folder = await temporaryFolder("memo");
    const records = await openRecordStore({ dir: folder.path });
    const artifacts = await openArtifactStore({ dir: folder.path });
    const close = async () => {
      await Promise.all([records.close(), artifacts.close()]);
      await folder.remove();
    };
    return { records, artifacts, clock: () => new Date(0), close };
  }
  let stores: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    stores = await open();
  });
  afterEach(() => stores.close());

  it("is known again by the same content, whatever the order of its members, and by no other", async () => {
    const memo = openMemo<number>("sum", 1, stores);
    await memo.keep({ a: 1, b: 2 }, 3);
    expect(await memo.recall({ b: 2, a: 1 })).toBe(3);
    expect(await memo.recall({ a: 1, b: 3 })).toBeUndefined();
    expect(await openMemo("difference", 1, stores).recall({ a: 1, b: 2 })).toBeUndefined();
    expect(await openMemo("sum", 2, stores).recall({ a: 1, b: 2 })).toBeUndefined();
  });

  it("is unknown once an artifact that it refers to is gone", async () => {
    const memo = openMemo<object>("model", 1, stores);
    const ref = await stores.artifacts.put(Buffer.from("bytes"), { mediaType: "text/plain", name: "a" });
    await memo.keep("it", { deep: [{ ref }] });
    expect(await memo.recall("it")).toEqual({ deep: [{ ref }] });
    await stores.artifacts.remove(ref.digest);
    expect(await memo.recall("it")).toBeUndefined();
  });
});
