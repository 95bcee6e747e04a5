import { ProblemError, Retry, problemOf } from "@millrace/contracts";
import type { S3Config } from "./artifact-store.js";
import type { ListedObject } from "./object-listing.js";
import { within } from "./outage.js";
import type { Call } from "./s3-client.js";

/** Objects as data to read. What goes wrong is said of the source: a problem where it is refused, a Retry where it is away. */
export interface ObjectSource {
  /** Every object whose key begins so, ordered by key, page by page. */
  list(bucket: string, prefix: string): AsyncIterable<ListedObject>;
  /** The bytes of the object that was listed: all of them, or it throws. */
  read(bucket: string, object: ListedObject): AsyncIterable<Uint8Array>;
  close(): void;
}

const ASK_MS = 10_000;
const SILENCE_MS = 20_000;

export async function openObjectSource(config: Omit<S3Config, "bucket" | "createBucket">): Promise<ObjectSource> {
  const { s3Client } = await import("./s3-client.js");
  const { call, close } = s3Client({ ...config, bucket: "", createBucket: false });
  return {
    list: (bucket, prefix) => listed(call, bucket, prefix),
    read: (bucket, object) => bytesOf(call, bucket, object),
    close,
  };
}

async function* listed(call: Call, bucket: string, prefix: string): AsyncGenerator<ListedObject> {
  for (let token: string | undefined; ;) {
    const wanted = { Bucket: bucket, Prefix: prefix, ...(token !== undefined && { ContinuationToken: token }) };
    const page = await ofSource(`s3://${bucket}/${prefix}`, () =>
      call(bucket, (s3, signal) => s3.listObjectsV2(wanted, signal), ASK_MS),
    );
    for (const { Key, Size = 0, ETag = "", LastModified } of page.Contents ?? []) {
      if (Key !== undefined) yield { key: Key, size: Size, etag: ETag, modifiedAt: LastModified ?? new Date(0) };
    }
    if ((token = page.NextContinuationToken) === undefined) return;
  }
}

/** Only the object with the listed ETag is read: one that was replaced since is answered with 412. */
async function* bytesOf(call: Call, bucket: string, { key, etag, size }: ListedObject): AsyncGenerator<Uint8Array> {
  const where = `s3://${bucket}/${key}`;
  const wanted = { Bucket: bucket, Key: key, ...(etag && { IfMatch: etag }) };
  const reply = await ofSource(where, () => call(bucket, (s3) => within(ASK_MS, "S3", s3.getObject(wanted)), ASK_MS));
  const body = reply.Body as unknown as AsyncIterable<Uint8Array> & { destroy(): void };
  const chunks = body[Symbol.asyncIterator]();
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await ofSource(where, () => within(SILENCE_MS, "S3", chunks.next()));
      if (done) break;
      read += value.length;
      yield value;
    }
  } finally {
    body.destroy();
  }
  if (read !== size) throw away(where, new Error(`the object ended after ${read} of ${size} bytes`));
}

async function ofSource<T>(where: string, does: () => Promise<T>): Promise<T> {
  try {
    return await does();
  } catch (thrown) {
    throw failureOf(where, thrown);
  }
}

const denied = new Set(
  "AccessDenied InvalidAccessKeyId SignatureDoesNotMatch ExpiredToken InvalidToken AccountProblem Forbidden".split(" "),
);

function failureOf(where: string, thrown: unknown): Error {
  if (thrown instanceof ProblemError) return thrown;
  const { name, $metadata } = thrown as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (name === "NoSuchBucket" || name === "InvalidBucketName") return missing(where, thrown);
  if (denied.has(name) || status === 403 || /Credentials/.test(name)) return refused(where, thrown);
  if (status === 412 || status === 404) return changed(where, thrown);
  return away(where, thrown);
}

const missing = (where: string, cause: unknown) =>
  new ProblemError(
    {
      code: "SOURCE_NOT_FOUND",
      where,
      message: "there is no such bucket.",
      remedy: "Correct the url in pipeline.yaml.",
    },
    { cause },
  );

const refused = (where: string, cause: unknown) =>
  new ProblemError(
    {
      code: "SOURCE_ACCESS_DENIED",
      where,
      message: `the S3 server refuses: ${problemOf(cause).message}.`,
      remedy: "Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and what they may read.",
    },
    { cause },
  );

const changed = (where: string, cause: unknown) =>
  new Retry(
    {
      code: "SOURCE_CHANGED",
      where,
      message: "the object was replaced or removed while it was read.",
      remedy: "It is read again by itself; write new data under new keys.",
    },
    { cause },
  );

const away = (where: string, cause: unknown) =>
  new Retry(
    {
      code: "SOURCE_UNAVAILABLE",
      where,
      message: `${problemOf(cause).message}.`,
      remedy: "It is tried again; see that S3_ENDPOINT is right and the server runs.",
    },
    { cause },
  );
