import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256, type ArtifactRef, type Digest } from "@millrace/contracts";
import { openArtifactCache } from "./artifact-cache.js";
import { isStale, isStream, type ArtifactAddress, type ArtifactEntry, type ArtifactMeta } from "./artifact-store.js";
import type { ArtifactStore, S3Config } from "./artifact-store.js";
import { healthOf } from "./dependency-health.js";
import { onDisk, sourceFile } from "./disk.js";
import { refOf } from "./files.js";
import { OBJECTS_PREFIX, digestOfKey, exportKey, objectKey } from "./object-key.js";
import { within } from "./outage.js";
import { ASK_MS, absent, failureOf, onS3, s3Client, type Call } from "./s3-client.js";
import { inFile, inMemory, upload, type Source } from "./s3-upload.js";
import { cleanSpool, spool } from "./spool.js";
import { digestOfStream, missing, verified, verifiedStream } from "./verify.js";

const STORE = "s3";
const CACHE_BYTES = 2 * 1024 ** 3;
const SILENCE_MS = 10_000;

/** Objects at `artifacts/sha256/ab/cdef…` of one bucket, written under a condition, so that one is never written twice. */
export async function openS3(config: {
  dir: string;
  s3: S3Config;
  cacheBytes?: number;
  clock: () => Date;
}): Promise<ArtifactStore> {
  const { bucket } = config.s3;
  const { call, close } = s3Client(config.s3);
  const cacheDir = join(config.dir, "artifact-cache");
  const spoolDir = join(cacheDir, "spool");
  const cache = await openArtifactCache({
    dir: cacheDir,
    bytes: config.cacheBytes ?? CACHE_BYTES,
    clock: config.clock,
  });
  await cleanSpool(spoolDir, config.clock());

  const head = (digest: Digest) => {
    const object = { Bucket: bucket, Key: objectKey(digest) };
    return call(bucket, (s3, signal) => s3.headObject(object, signal)).catch(absent);
  };

  /**
   * An object of another size than its digest had is broken, and one that was put long ago may be about to be collected:
   * it is replaced, if it is still the one that was seen.
   */
  async function store(source: Source, meta: ArtifactMeta): Promise<ArtifactRef> {
    const seen = await head(source.digest);
    const isFresh = seen?.LastModified === undefined || !isStale(seen.LastModified, config.clock());
    if (seen?.ContentLength === source.size && isFresh) return refOf(source, meta);
    const only = seen?.ETag ? { IfMatch: seen.ETag } : { IfNoneMatch: "*" as const };
    await upload(call, source, { bucket, key: objectKey(source.digest), mediaType: meta.mediaType, only });
    return refOf(source, meta);
  }

  /** The digest names the object, so a stream must have been read to its end before its upload begins. */
  async function storeStream(chunks: AsyncIterable<Uint8Array>, meta: ArtifactMeta): Promise<ArtifactRef> {
    const spooled = await onDisk(() => spool(spoolDir, chunks));
    return store(inFile(spooled.path, spooled), meta).finally(() => rm(spooled.path, { force: true }));
  }

  async function storeFile(path: string, meta: ArtifactMeta): Promise<ArtifactRef> {
    return store(inFile(path, await digestOfStream(await sourceFile(path))), meta);
  }

  async function openObject(ref: ArtifactAddress): Promise<AsyncIterable<Uint8Array>> {
    const chunks = await bodyOf(call, bucket, objectKey(ref.digest));
    if (!chunks) throw missing(ref, STORE);
    return verifiedStream(chunks, ref, STORE);
  }

  async function putNamed(to: string, key: string, bytes: Uint8Array, mediaType: string, ifAbsent: boolean) {
    exportKey(to, key);
    if (ifAbsent)
      return upload(call, inMemory(bytes, sha256(bytes)), { bucket: to, key, mediaType, only: { IfNoneMatch: "*" } });
    const object = { Bucket: to, Key: key, Body: bytes, ContentType: mediaType };
    await call(to, (s3, signal) => s3.putObject(object, signal), 60_000);
    return "written" as const;
  }

  async function getNamed(from: string, key: string): Promise<Uint8Array | undefined> {
    exportKey(from, key);
    const chunks = await bodyOf(call, from, key);
    return chunks && collected(chunks);
  }

  async function remove(digest: Digest): Promise<void> {
    const object = { Bucket: bucket, Key: objectKey(digest) };
    await call(bucket, (s3, signal) => s3.deleteObject(object, signal));
    await cache.forget({ digest });
  }

  const probe = () =>
    onS3(
      async () =>
        void (await call(bucket, (s3, signal) => s3.listObjectsV2({ Bucket: bucket, MaxKeys: 1 }, signal), 3_000)),
    );

  return {
    name: "s3",
    put: (bytes, meta) =>
      onS3(async () => (isStream(bytes) ? storeStream(bytes, meta) : store(inMemory(bytes, sha256(bytes)), meta))),
    putFile: (path, meta) => onS3(() => onDisk(() => storeFile(path, meta))),
    get: (ref) => onS3(async () => verified(await collected(await openObject(ref)), ref, STORE)),
    stream: (ref) => onS3(() => openObject(ref)),
    localPath: (ref) => onS3(() => cache.path(ref, () => openObject(ref))),
    has: (ref) => onS3(async () => (await head(ref.digest)) !== undefined),
    list: () => listObjects(call, bucket),
    remove: (digest) => onS3(() => remove(digest)),
    putNamed: (to, key, bytes, mediaType, options) =>
      onS3(() => putNamed(to, key, bytes, mediaType, options?.ifAbsent ?? false)),
    getNamed: (from, key) => onS3(() => getNamed(from, key)),
    health: healthOf("artifacts", probe, config.clock),
    close: async () => close(),
  };
}

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function bodyOf(call: Call, bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const ask = async (): Promise<Body | undefined> => {
    const reply = await call(bucket, (s3) => within(ASK_MS, "S3", s3.getObject({ Bucket: bucket, Key: key })));
    return reply.Body as unknown as Body;
  };
  const body = await ask().catch(absent);
  return body && chunksOf(body);
}

type Body = AsyncIterable<Uint8Array> & { destroy(): void };

/** A connection that breaks or falls silent in the middle is an outage, too; one that nobody reads to its end is closed. */
async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await within(SILENCE_MS, "S3", chunks.next());
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw failureOf(error);
  } finally {
    body.destroy();
  }
}

async function* listObjects(call: Call, bucket: string): AsyncGenerator<ArtifactEntry> {
  let ContinuationToken: string | undefined;
  do {
    const asked = { Bucket: bucket, Prefix: `${OBJECTS_PREFIX}/`, ContinuationToken };
    const page = await onS3(() => call(bucket, (s3, signal) => s3.listObjectsV2(asked, signal)));
    for (const { Key = "", Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
      const digest = digestOfKey(Key);
      if (digest) yield { digest, size: Size, modifiedAt: LastModified };
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}
