import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sha256, type Digest } from "@millrace/contracts";
import { artifactConformance } from "./artifact-conformance.js";
import { patternOf } from "./conformance-child.js";
import { openArtifactStore } from "./index.js";
import { spawnChild } from "./spawn-conformance-child.js";

const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "millrace-artifacts-")));
  return folders.at(-1)!;
};
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

const objectIn = (dir: string, digest: Digest) => join(dir, "artifacts/sha256", digest.slice(7, 9), digest.slice(9));
const meta = { mediaType: "text/plain", name: "note.txt" };

artifactConformance("files", async () => {
  const dir = folder();
  return {
    config: { dir },
    async damage(digest, bytes) {
      chmodSync(objectIn(dir, digest), 0o644);
      writeFileSync(objectIn(dir, digest), bytes);
    },
  };
});

describe("the files artifact store", () => {
  it("lays an object where its digest says, read-only, and hands out that very file", async () => {
    const dir = folder();
    const store = await openArtifactStore({ dir });
    const ref = await store.put(Buffer.from("water"), meta);
    expect(await store.localPath(ref)).toBe(objectIn(dir, ref.digest));
    expect(readdirSync(join(dir, "artifacts", "tmp"))).toEqual([]);
  });

  it("counts an object that is put again after a long time as new, so that nobody collects it from under a step", async () => {
    const dir = folder();
    const store = await openArtifactStore({ dir });
    const { digest } = await store.put(Buffer.from("water"), meta);
    const age = async () => {
      for await (const { modifiedAt } of store.list()) return Date.now() - modifiedAt.getTime();
    };
    utimesSync(objectIn(dir, digest), new Date(0), new Date(0));
    await store.put(Buffer.from("water"), meta);
    expect(await age()).toBeLessThan(60_000);
    expect(Buffer.from(await store.get({ digest, name: "note.txt" })).toString()).toBe("water");
  });

  it("notices that a file which it handed out before was changed", async () => {
    const dir = folder();
    const store = await openArtifactStore({ dir });
    const ref = await store.put(Buffer.from("water"), meta);
    const path = await store.localPath(ref);
    chmodSync(path, 0o644);
    writeFileSync(path, "wader");
    await expect(store.localPath(ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });

  it("holds only whole objects after a process was killed while it wrote, and all that it had confirmed", async () => {
    const dir = folder();
    const confirmed: Digest[] = [];
    for (let round = 0; round < 4; round++) {
      const child = await spawnChild("write artifacts for ever", { dir }, confirmed.length);
      for (let i = 0; i <= round; i++) await child.next();
      child.process.kill("SIGKILL");
      await child.ended;
      confirmed.push(...(child.lines as Digest[]));
    }
    const store = await openArtifactStore({ dir });
    const listed: Digest[] = [];
    for await (const { digest } of store.list()) listed.push(digest);
    for (const digest of listed) await store.get({ digest, name: "survivor" });
    expect(confirmed).toEqual(confirmed.map((_, i) => sha256(patternOf(i, 3_000_000))));
    expect(listed).toEqual(expect.arrayContaining(confirmed));
  }, 60_000);

  it("sweeps out what killed writers left an hour ago, and nothing younger", async () => {
    const dir = folder();
    const spoolDir = join(dir, "artifacts", "tmp");
    mkdirSync(spoolDir, { recursive: true });
    const [old, young] = [join(spoolDir, "1-old.tmp"), join(spoolDir, "2-young.tmp")];
    for (const path of [old, young]) writeFileSync(path, "half");
    const now = new Date();
    utimesSync(old, now, new Date(now.getTime() - 3_700_000));
    await openArtifactStore({ dir, clock: () => now });
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it("writes again after its folders were removed under it", async () => {
    const dir = folder();
    const store = await openArtifactStore({ dir });
    const ref = await store.put(Buffer.from("water"), meta);
    rmSync(join(dir, "artifacts"), { recursive: true });
    expect(await store.has(ref)).toBe(false);
    await store.put(Buffer.from("water"), meta);
    await store.get(ref);
  });

  it("says that it is down, and asks for a retry, while its folder cannot be made", async () => {
    const dir = join(folder(), "data");
    const store = await openArtifactStore({ dir });
    writeFileSync(dir, "a file in the way");
    expect(await store.health()).toMatchObject({ name: "artifacts", up: false });
    const put = store.put(Buffer.from("water"), meta);
    await expect(put).rejects.toMatchObject({ name: "Retry", dependency: "artifacts" });
    rmSync(dir);
    expect(await store.health()).toMatchObject({ up: true });
    expect(existsSync(dirname(objectIn(dir, (await store.put(Buffer.from("water"), meta)).digest)))).toBe(true);
  });
});
