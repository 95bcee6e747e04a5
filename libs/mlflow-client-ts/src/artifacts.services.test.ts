import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { all, bytes, onRealServers, rangeOf } from "./real-servers-for-test.js";

onRealServers(({ client, newRun, major }) => {
  describe("artifacts", () => {
    test("a file comes back as it was written, also one with an odd name, and is listed", async () => {
      const { artifactUri } = await newRun();
      await client.artifacts.upload(artifactUri, "plots/roc curve 100% ä.bin", Uint8Array.of(0, 255, 10, 13));
      const back = await client.artifacts.download(artifactUri, "plots/roc curve 100% ä.bin");
      expect([...back]).toEqual([0, 255, 10, 13]);
      expect(await client.artifacts.list(artifactUri)).toMatchObject([{ path: "plots", isDirectory: true }]);
      const file = { path: "roc curve 100% ä.bin", isDirectory: false, size: 4 };
      expect(await client.artifacts.list(artifactUri, "plots")).toEqual([file]);
    });

    test("every file below a folder is found, and deleted one by one", async () => {
      const { artifactUri } = await newRun();
      for (const path of ["a/b/c.txt", "a/d.txt", "e.txt"])
        await client.artifacts.upload(artifactUri, path, bytes(path));
      const paths = async (below?: string) =>
        (await all(client.artifacts.walk(artifactUri, below))).map(({ path }) => path).sort();
      expect(await paths()).toEqual(["a/b/c.txt", "a/d.txt", "e.txt"]);
      expect(await paths("a")).toEqual(["a/b/c.txt", "a/d.txt"]);
      await client.artifacts.delete(artifactUri, "a/d.txt");
      expect(await paths()).toEqual(["a/b/c.txt", "e.txt"]);
    });

    describe("files", () => {
      let dir: string;
      beforeEach(async () => {
        dir = await mkdtemp(join(tmpdir(), "artifacts-"));
      });
      afterEach(() => rm(dir, { recursive: true }));
      const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

      test("one of many megabytes is sent and brought back piece by piece", async () => {
        const { artifactUri } = await newRun();
        const content = Buffer.alloc(24_000_001, "millrace");
        await writeFile(join(dir, "big"), content);
        await client.artifacts.uploadFile(artifactUri, "big", join(dir, "big"));
        await client.artifacts.downloadFile(artifactUri, "big", join(dir, "back"));
        expect(digest(await readFile(join(dir, "back")))).toBe(digest(content));
      });

      test("what is made on the way is sent without its size being known", async () => {
        const { artifactUri } = await newRun();
        const read = async function* () {
          for (const at of rangeOf(100)) yield bytes(`${at}\n`.repeat(1_000));
        };
        await client.artifacts.upload(artifactUri, "lines", { read });
        const expected = rangeOf(100).map((at) => `${at}\n`.repeat(1_000));
        expect(Buffer.from(await client.artifacts.download(artifactUri, "lines")).toString()).toBe(expected.join(""));
      });

      test("a stream is left early without an error", async () => {
        const { artifactUri } = await newRun();
        await client.artifacts.upload(artifactUri, "zeros", new Uint8Array(5_000_000));
        const reader = (await client.artifacts.downloadStream(artifactUri, "zeros")).getReader();
        expect((await reader.read()).value!.length).toBeGreaterThan(0);
        await reader.cancel();
      });

      test("an artifact that is missing leaves no file behind", async () => {
        const { artifactUri } = await newRun();
        await expect(client.artifacts.downloadFile(artifactUri, "none", join(dir, "none"))).rejects.toThrow();
        expect(await readdir(dir)).toEqual([]);
      });

      test("a store without parts is said to be one, and nothing is sent", async () => {
        const { artifactUri } = await newRun();
        await writeFile(join(dir, "file"), "x");
        expect(await client.artifacts.uploadFileInParts(artifactUri, "file", join(dir, "file"))).toBe(false);
        expect(await client.artifacts.list(artifactUri)).toEqual([]);
      });
    });

    test("a path that leaves the run is refused before anything is sent", async () => {
      const { artifactUri } = await newRun();
      const upload = client.artifacts.upload(artifactUri, "../../other/file", bytes("x"));
      await expect(upload).rejects.toMatchObject({ code: "INVALID_ARTIFACT_PATH", sent: false });
    });

    // MLflow 2 answers 500 for a file that is not there.
    test("a missing one is an error", async () => {
      const { artifactUri } = await newRun();
      const status = major < 3 ? 500 : 404;
      await expect(client.artifacts.download(artifactUri, "none")).rejects.toMatchObject({ status });
    });
  });
});
