import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256, type Digest } from "@millrace/contracts";
import fc from "fast-check";
import { patternOf } from "./conformance-child.js";
import { openArtifactStore } from "./index.js";
import type { ArtifactStore, ArtifactStoreConfig } from "./index.js";
import { race } from "./spawn-conformance-child.js";

const meta = { mediaType: "text/plain", name: "note.txt" };
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const bytesOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function digestsIn(store: ArtifactStore): Promise<Digest[]> {
  const digests: Digest[] = [];
  for await (const { digest } of store.list()) digests.push(digest);
  return digests.sort();
}

const reasonOf = (outcome: PromiseSettledResult<unknown>): unknown =>
  outcome.status === "rejected" ? outcome.reason : "it succeeded";

export interface ArtifactHarness {
  config: ArtifactStoreConfig;
  /** Writes other bytes over an object, behind the store's back. */
  damage(digest: Digest, bytes: Uint8Array): Promise<void>;
}

/** What every artifact store does, wherever the bytes lie. `harness` names a store that is empty. */
export function artifactConformance(driver: string, harness: () => Promise<ArtifactHarness>): void {
  describe(`the ${driver} artifact store`, () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-sources-"));
    let store: ArtifactStore;
    let damage: ArtifactHarness["damage"];
    let exportsTo: string;

    beforeAll(async () => {
      const { config, ...rest } = await harness();
      damage = rest.damage;
      exportsTo = config.s3?.bucket ?? "exports";
      store = await openArtifactStore(config);
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true });
      await store.close();
    });

    it("gives back what was put, under the digest of what it is", async () => {
      const ref = await store.put(text("water"), meta);
      expect(ref).toEqual({ digest: sha256("water"), size: 5, ...meta });
      expect(bytesOf(await store.get(ref)).toString()).toBe("water");
      expect(await store.has(ref)).toBe(true);
    });

    it("keeps any bytes, whole or in pieces", async () => {
      const property = fc.asyncProperty(
        fc.uint8Array({ maxLength: 5000 }),
        fc.integer({ min: 1, max: 999 }),
        async (bytes, size) => {
          const [whole, pieces] = [await store.put(bytes, meta), await store.put(inPieces(bytes, size), meta)];
          expect(pieces).toEqual(whole);
          expect(bytesOf(await store.get(whole)).equals(bytes)).toBe(true);
          expect((await collected(await store.stream(whole))).equals(bytes)).toBe(true);
        },
      );
      await fc.assert(property, { numRuns: 15, seed: 5 });
    });

    it("stores the same bytes once, under either name", async () => {
      const before = await digestsIn(store);
      const [one, two] = [
        await store.put(text("twice"), meta),
        await store.put(text("twice"), { ...meta, name: "ünï.txt" }),
      ];
      expect(two).toEqual({ ...one, name: "ünï.txt" });
      expect(await digestsIn(store)).toHaveLength(before.length + 1);
    });

    it("streams a file of several parts in, and out to a local file", async () => {
      const bytes = patternOf(1, 20_000_001);
      const path = join(folder, "large.bin");
      writeFileSync(path, bytes);
      const ref = await store.putFile(path, { mediaType: "application/octet-stream", name: "large.bin" });
      expect(ref).toMatchObject({ digest: sha256(bytes), size: bytes.length });
      const local = await store.localPath(ref);
      expect((await readFile(local)).equals(bytes)).toBe(true);
      expect(await store.localPath(ref)).toBe(local);
    });

    it("says which file there is none of to store", async () => {
      const put = store.putFile(join(folder, "none"), meta);
      await expect(put).rejects.toMatchObject({ code: "SOURCE_FILE_MISSING" });
    });

    it("stores nothing of a source that breaks off", async () => {
      const before = await digestsIn(store);
      async function* broken() {
        yield text("some");
        throw new Error("the line was cut");
      }
      await expect(store.put(broken(), meta)).rejects.toThrow("the line was cut");
      expect(await digestsIn(store)).toEqual(before);
    });

    it("says what is missing", async () => {
      const ref = { digest: sha256("never stored"), name: "ghost.csv" };
      expect(await store.has(ref)).toBe(false);
      for (const outcome of await Promise.allSettled([store.get(ref), store.stream(ref), store.localPath(ref)]))
        expect(reasonOf(outcome)).toMatchObject({
          code: "ARTIFACT_MISSING",
          problem: { where: expect.stringContaining("ghost.csv") },
        });
    });

    it("hands out nothing that is corrupt as if it were whole", async () => {
      const ref = await store.put(text("clear water"), meta);
      await damage(ref.digest, text("muddy water"));
      const corrupt = { code: "ARTIFACT_CORRUPT" };
      await expect(store.get(ref)).rejects.toMatchObject(corrupt);
      await expect(store.stream(ref).then(collected)).rejects.toMatchObject(corrupt);
      await expect(store.localPath(ref)).rejects.toMatchObject(corrupt);
    });

    it("replaces an object that was cut short when the artifact is put again", async () => {
      const ref = await store.put(text("a whole river"), meta);
      await damage(ref.digest, text("a whole"));
      await expect(store.get(ref)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
      await store.put(text("a whole river"), meta);
      expect(bytesOf(await store.get(ref)).toString()).toBe("a whole river");
      await damage(ref.digest, text("a wh"));
      await store.put(inPieces(text("a whole river"), 3), meta);
      expect(bytesOf(await store.get(ref)).toString()).toBe("a whole river");
    });

    it("lists digests, sizes and times, and removes", async () => {
      const ref = await store.put(text("to be removed"), meta);
      const found = [];
      for await (const entry of store.list()) if (entry.digest === ref.digest) found.push(entry);
      expect(found).toMatchObject([{ digest: ref.digest, size: 13 }]);
      expect(Math.abs(Date.now() - found[0]!.modifiedAt.getTime())).toBeLessThan(60_000);
      await store.remove(ref.digest);
      await store.remove(ref.digest);
      expect(await store.has(ref)).toBe(false);
      expect(await digestsIn(store)).not.toContain(ref.digest);
    });

    it.each(["sha256:../../../etc/passwd", "sha256:ABC", "md5:00", `sha256:${"a".repeat(63)}/`, ""])(
      "refuses the digest %j",
      async (digest) => {
        const ref = { digest: digest as Digest, name: "x" };
        const calls = [store.get(ref), store.has(ref), store.remove(ref.digest), store.localPath(ref)];
        for (const outcome of await Promise.allSettled<unknown>(calls))
          expect(reasonOf(outcome)).toMatchObject({ code: "ARTIFACT_DIGEST_INVALID" });
      },
    );

    it("exports under a readable key, and overwrites unless told not to", async () => {
      const key = "model-registry/churn/model 1.0.json";
      expect(await store.getNamed(exportsTo, key)).toBeUndefined();
      expect(await store.putNamed(exportsTo, key, text("1"), "application/json", { ifAbsent: true })).toBe("written");
      expect(await store.putNamed(exportsTo, key, text("2"), "application/json", { ifAbsent: true })).toBe("exists");
      expect(bytesOf((await store.getNamed(exportsTo, key))!).toString()).toBe("1");
      expect(await store.putNamed(exportsTo, key, text("3"), "application/json")).toBe("written");
      expect(bytesOf((await store.getNamed(exportsTo, key))!).toString()).toBe("3");
    });

    it("lets exactly one of 8 racers export when they ask for absence", async () => {
      const put = (i: number) => store.putNamed(exportsTo, "once", text(String(i)), "text/plain", { ifAbsent: true });
      const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => put(i)));
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
    });

    it.each([
      ["exports", "../escape"],
      ["exports", "/etc/passwd"],
      ["exports", "a//b"],
      ["exports", "a/./b"],
      ["exports", "a\\..\\b"],
      ["exports", "a\0b"],
      ["exports", ""],
      ["..", "a"],
      ["a/b", "c"],
    ])("refuses the export %j, %j", async (bucket, key) => {
      const refused = { code: "EXPORT_KEY_INVALID" };
      await expect(store.putNamed(bucket, key, text("x"), "text/plain")).rejects.toMatchObject(refused);
      await expect(store.getNamed(bucket, key)).rejects.toMatchObject(refused);
    });

    it("is up when what it writes to is", async () => {
      const health = await store.health();
      expect(health).toMatchObject({ name: "artifacts", up: true });
      expect((await store.health()).since).toEqual(health.since);
    });
  });

  describe(`the ${driver} artifact store, shared by 8 processes`, () => {
    it("ends with each artifact once and whole, and one winner of an export", async () => {
      const { config } = await harness();
      const outcomes = await race(8, "put the same artifacts", config, 4);
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
      const store = await openArtifactStore(config);
      expect(await digestsIn(store)).toEqual([0, 1, 2, 3].map((i) => sha256(patternOf(i, 300_000))).sort());
      for (const digest of await digestsIn(store)) await store.get({ digest, name: "shared" });
      await store.close();
    }, 60_000);

    it("streams 500 MB in and out in bounded memory", async () => {
      const { config } = await harness();
      const [said] = (await race(1, "stream megabytes", config, 500)) as [{ size: number; read: number; peak: number }];
      expect(said).toMatchObject({ size: 500 << 20, read: 500 << 20 });
      expect(said.peak).toBeLessThan(300 << 20);
    }, 120_000);
  });
}
