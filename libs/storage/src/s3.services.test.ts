import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { artifactConformance } from "./artifact-conformance.js";
import { patternOf } from "./conformance-child.js";
import { openArtifactStore, type S3Config } from "./index.js";
import { objectKey } from "./object-key.js";

const { S3_ENDPOINT, S3_ACCESS_KEY_ID = "", S3_SECRET_ACCESS_KEY = "", S3_REGION = "us-east-1" } = process.env;
const credentials = { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY };
const server = { endpoint: S3_ENDPOINT, region: S3_REGION, ...credentials };
const raw = new S3({ endpoint: S3_ENDPOINT, region: S3_REGION, credentials, forcePathStyle: true });

const dir = mkdtempSync(join(tmpdir(), "millrace-s3-"));
const buckets = new Set<string>();
let made = 0;
const newBucket = (): S3Config => {
  const bucket = `millrace-${process.pid}-${Date.now()}-${++made}`;
  buckets.add(bucket);
  return { ...server, bucket, createBucket: true };
};

async function dropBucket(bucket: string): Promise<void> {
  const { Contents = [] } = await raw.listObjectsV2({ Bucket: bucket });
  for (const { Key } of Contents) await raw.deleteObject({ Bucket: bucket, Key });
  await raw.deleteBucket({ Bucket: bucket });
}

afterAll(async () => {
  for (const bucket of buckets) await dropBucket(bucket).catch(() => undefined);
  raw.destroy();
  rmSync(dir, { recursive: true });
});

artifactConformance("S3", async () => {
  const s3 = newBucket();
  return {
    config: { dir: mkdtempSync(join(dir, "store-")), s3 },
    async damage(digest, bytes) {
      await raw.putObject({ Bucket: s3.bucket, Key: objectKey(digest), Body: bytes });
    },
  };
});

const meta = { mediaType: "text/plain", name: "note.txt" };

describe("the S3 artifact store", () => {
  it("uploads an object that was put long ago anew, so that nobody collects it from under a step", async () => {
    const [s3, folder] = [newBucket(), mkdtempSync(join(dir, "store-"))];
    const { digest } = await (await openArtifactStore({ dir: folder, s3 })).put(Buffer.from("water"), meta);
    const put = async () =>
      (await raw.headObject({ Bucket: s3.bucket, Key: objectKey(digest) })).LastModified!.getTime();
    const before = await put();
    const clock = () => new Date(Date.now() + 7_200_000);
    const later = await openArtifactStore({ dir: folder, s3, clock });
    // S3 tells whole seconds.
    const until = Date.now() + 10_000;
    while ((await put()) === before && Date.now() < until) await later.put(Buffer.from("water"), meta);
    expect(await put()).toBeGreaterThan(before);
  });

  it("lets 8 racers upload the same parts, and leaves neither a spool file nor an unfinished upload", async () => {
    const [s3, folder] = [newBucket(), mkdtempSync(join(dir, "store-"))];
    const store = await openArtifactStore({ dir: folder, s3 });
    const bytes = patternOf(3, 9_000_000);
    const refs = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes, meta)));
    expect(new Set(refs.map(({ digest }) => digest)).size).toBe(1);
    expect(Buffer.from(await store.get(refs[0]!)).equals(bytes)).toBe(true);
    async function* once() {
      yield Buffer.from("streamed");
    }
    await store.put(once(), meta);
    expect(readdirSync(join(folder, "artifact-cache", "spool"))).toEqual([]);
    expect((await raw.listMultipartUploads({ Bucket: s3.bucket })).Uploads ?? []).toEqual([]);
    await store.close();
  });

  it("keeps no more on the local disk than it may, but what it just handed out", async () => {
    let now = new Date();
    const folder = mkdtempSync(join(dir, "store-"));
    const store = await openArtifactStore({ dir: folder, s3: newBucket(), cacheBytes: 2_500, clock: () => now });
    for (let i = 0; i < 5; i++) {
      const ref = await store.put(patternOf(i, 1_000), meta);
      await store.localPath(ref);
      now = new Date(now.getTime() + 700_000);
    }
    const cached = readdirSync(join(folder, "artifact-cache", "artifacts", "sha256"), { recursive: true }) as string[];
    expect(cached.filter((name) => name.includes("/"))).toHaveLength(2);
    await store.close();
  });

  it("is open at once, says that it is down, and asks for a retry, while nothing listens there", async () => {
    const store = await openArtifactStore({ dir, s3: { ...newBucket(), endpoint: "http://127.0.0.1:1" } });
    expect(await store.health()).toMatchObject({ name: "artifacts", up: false });
    const retry = { name: "Retry", dependency: "artifacts" };
    const ref = { digest: `sha256:${"0".repeat(64)}` as const, name: "x" };
    const named = store.putNamed("exports", "x", Buffer.from("x"), "text/plain");
    const calls = [store.put(Buffer.from("x"), meta), store.get(ref), store.has(ref), store.localPath(ref), named];
    for (const outcome of await Promise.allSettled<unknown>(calls))
      expect(outcome).toMatchObject({ status: "rejected", reason: retry });
    await store.close();
  });

  it("asks for a retry within seconds when the server takes the connection and says nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const store = await openArtifactStore({ dir, s3: { ...newBucket(), endpoint } });
    const began = Date.now();
    await expect(store.put(Buffer.from("x"), meta)).rejects.toMatchObject({ name: "Retry", dependency: "artifacts" });
    expect(Date.now() - began).toBeLessThan(10_000);
    await store.close();
    silent.closeAllConnections();
    silent.close();
  });

  it("says that the bucket is missing when it may not make it", async () => {
    const store = await openArtifactStore({ dir, s3: { ...newBucket(), createBucket: false } });
    expect(await store.health()).toMatchObject({ up: false });
    await expect(store.put(Buffer.from("x"), meta)).rejects.toMatchObject({ name: "Retry", dependency: "artifacts" });
    await store.close();
  });
});
