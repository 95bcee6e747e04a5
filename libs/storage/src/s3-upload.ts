import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { ProblemError, type Digest } from "@millrace/contracts";
import { SEND_MS, isConflict, isTaken, type Call } from "./s3-client.js";

/** Bytes whose digest is known: in memory, or a file that is read part by part. */
export interface Source {
  digest: Digest;
  size: number;
  parts(size: number): AsyncIterable<Uint8Array>;
}

export interface Target {
  bucket: string;
  key: string;
  mediaType: string;
  /** The condition of the write: nothing is there yet, or the broken object that was seen there. */
  only: { IfNoneMatch: "*" } | { IfMatch: string };
}

const PART = 8 << 20;
const MAX_PARTS = 9_000;
const AT_ONCE = 3;
const ATTEMPTS = 6;

export const inMemory = (bytes: Uint8Array, digest: Digest): Source => ({
  digest,
  size: bytes.length,
  async *parts(size) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  },
});

export const inFile = (path: string, { digest, size }: { digest: Digest; size: number }): Source => ({
  digest,
  size,
  async *parts(partSize) {
    const file = await open(path, "r");
    const hash = createHash("sha256");
    try {
      for (let at = 0; at < size; at += partSize) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(partSize, size - at)), {
          position: at,
        });
        hash.update(buffer.subarray(0, bytesRead));
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
    if (`sha256:${hash.digest("hex")}` !== digest) throw changed(path);
  },
});

const changed = (path: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_FILE_CHANGED",
    where: path,
    message: "the file was changed while it was stored.",
    remedy: "Store it after its writer has closed it.",
  });

/** Uploads under the target's condition. "exists": the condition did not hold, so someone else was first. */
export async function upload(call: Call, source: Source, target: Target): Promise<"written" | "exists"> {
  for (let attempt = 1; ; attempt++) {
    try {
      await (source.size <= PART ? putWhole(call, source, target) : putInParts(call, source, target));
      return "written";
    } catch (error) {
      if (isTaken(error)) return "exists";
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      await wait(Math.random() * 50 * 2 ** attempt);
    }
  }
}

async function putWhole(call: Call, source: Source, { bucket, key, mediaType, only }: Target): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.parts(PART)) chunks.push(chunk);
  // S3 compares what arrived with the digest, so what is stored is what was hashed.
  const checksum = Buffer.from(source.digest.slice(7), "hex").toString("base64");
  const object = {
    Bucket: bucket,
    Key: key,
    Body: Buffer.concat(chunks),
    ContentType: mediaType,
    ChecksumSHA256: checksum,
  };
  await call(bucket, (s3, signal) => s3.putObject({ ...object, ...only }, signal), SEND_MS);
}

/** Parts are buffers, not streams, so that the SDK can send one again; at most three are in memory. */
async function putInParts(call: Call, source: Source, { bucket, key, mediaType, only }: Target): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const created = await call(bucket, (s3, signal) =>
    s3.createMultipartUpload({ ...object, ContentType: mediaType, ChecksumAlgorithm: "CRC32" }, signal),
  );
  const partOf = { ...object, UploadId: created.UploadId! };
  try {
    const Parts = await sendParts(call, source, partOf);
    const whole = { ...partOf, MultipartUpload: { Parts }, ...only };
    await call(bucket, (s3, signal) => s3.completeMultipartUpload(whole, signal), SEND_MS);
  } catch (error) {
    await call(bucket, (s3, signal) => s3.abortMultipartUpload(partOf, signal)).catch(() => undefined);
    throw error;
  }
}

type PartOf = { Bucket: string; Key: string; UploadId: string };

async function sendParts(call: Call, source: Source, partOf: PartOf): Promise<CompletedPart[]> {
  const done: CompletedPart[] = [];
  let sending: Promise<CompletedPart>[] = [];
  const settle = async () => {
    done.push(...(await Promise.all(sending)));
    sending = [];
  };
  for await (const part of source.parts(Math.max(PART, Math.ceil(source.size / MAX_PARTS)))) {
    sending.push(sendPart(call, part, partOf, done.length + sending.length + 1));
    if (sending.length === AT_ONCE) await settle();
  }
  await settle();
  return done;
}

async function sendPart(call: Call, body: Uint8Array, partOf: PartOf, number: number): Promise<CompletedPart> {
  const part = { ...partOf, PartNumber: number, Body: body, ChecksumAlgorithm: "CRC32" as const };
  const { ETag, ChecksumCRC32 } = await call(partOf.Bucket, (s3, signal) => s3.uploadPart(part, signal), SEND_MS);
  return { PartNumber: number, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) };
}
