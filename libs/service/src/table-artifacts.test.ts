import { rm } from "node:fs/promises";
import type { Table } from "@millrace/contracts";
import { openArtifactStore } from "@millrace/storage";
import { temporaryFolder } from "@millrace/testing";
import { readTableArtifact, writeTableArtifact } from "./table-artifacts.js";

const table: Table = {
  rows: 3,
  columns: [
    { name: "number", kind: "number", values: Float64Array.of(1, NaN, 3) },
    { name: "text", kind: "text", codes: Int32Array.of(1, -1, 0), dictionary: ["a", "b"] },
  ],
};

describe("a table as an artifact", () => {
  async function open() {
    const folder = await temporaryFolder("tables");
    const artifacts = await openArtifactStore({ dir: folder.path });
    return { artifacts, remove: async () => void (await artifacts.close(), await folder.remove()) };
  }
  let store: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => void (store = await open()));
  afterEach(() => store.remove());

  it("is read as it was written, and not read again by the step behind", async () => {
    const ref = await writeTableArtifact(store.artifacts, "rows.parquet", table);
    const first = await readTableArtifact(store.artifacts, ref);
    expect(first).toEqual(table);
    expect(await readTableArtifact(store.artifacts, { ...ref, name: "train.parquet" })).toBe(first);
  });

  it("is missed when it is gone, although its rows are still known", async () => {
    const ref = await writeTableArtifact(store.artifacts, "rows.parquet", table);
    await readTableArtifact(store.artifacts, ref);
    await rm(await store.artifacts.localPath(ref));
    await expect(readTableArtifact(store.artifacts, ref)).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
  });

  it("is refused without rows", async () => {
    const ref = await writeTableArtifact(store.artifacts, "rows.parquet", {
      rows: 0,
      columns: [{ name: "number", kind: "number", values: new Float64Array(0) }],
    });
    await expect(readTableArtifact(store.artifacts, ref)).rejects.toMatchObject({ code: "SOURCE_NO_ROWS" });
  });
});
