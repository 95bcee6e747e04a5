import { S3, type S3ClientConfig } from "@aws-sdk/client-s3";
import { ProblemError, problemOf } from "@millrace/contracts";
import type { S3Config } from "./artifact-store.js";
import { DeadlineError, outage, within } from "./outage.js";

export const ASK_MS = 8_000;
export const SEND_MS = 60_000;

/** One call to S3: what it is for, how long it may take, and the bucket that is made when it is missing and may be made. */
export type Call = <T>(
  bucket: string,
  does: (s3: S3, signal: { abortSignal: AbortSignal }) => Promise<T>,
  ms?: number,
) => Promise<T>;

// Three attempts of the SDK; an attempt ends when a connection takes 1.5 s or a socket is silent for 5 s.
const clientConfig = ({
  endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  forcePathStyle,
}: S3Config): S3ClientConfig => ({
  region,
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_500, socketTimeout: 5_000 },
  ...(endpoint && { endpoint, forcePathStyle: forcePathStyle ?? true }),
  ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
});

export function s3Client(config: S3Config): { call: Call; close(): void } {
  const s3 = new S3(clientConfig(config));

  async function once<T>(does: Parameters<Call>[1], ms: number): Promise<T> {
    const abortSignal = AbortSignal.timeout(ms);
    return within(ms + 500, "S3", does(s3, { abortSignal }) as Promise<T>);
  }

  async function makeBucket(bucket: string): Promise<void> {
    const place = { LocationConstraint: config.region as never };
    const elsewhere = config.region === "us-east-1" ? {} : { CreateBucketConfiguration: place };
    await once((client, signal) => client.createBucket({ Bucket: bucket, ...elsewhere }, signal), ASK_MS).catch(
      (error) => {
        if (!isNamed(error, "BucketAlreadyOwnedByYou", "BucketAlreadyExists")) throw error;
      },
    );
  }

  const call: Call = async (bucket, does, ms = ASK_MS) => {
    try {
      return await once(does, ms);
    } catch (error) {
      if (!config.createBucket || !isBucketMissing(error)) throw error;
      await makeBucket(bucket);
      return once(does, ms);
    }
  };
  return { call, close: () => s3.destroy() };
}

const statusOf = (thrown: unknown): number | undefined =>
  (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

const isNamed = (thrown: unknown, ...names: string[]): boolean =>
  names.includes((thrown as Error | undefined)?.name ?? "");

export const isBucketMissing = (thrown: unknown): boolean => isNamed(thrown, "NoSuchBucket");
export const isAbsent = (thrown: unknown): boolean => statusOf(thrown) === 404 && !isBucketMissing(thrown);
/** If-None-Match: the object is there already. */
export const isTaken = (thrown: unknown): boolean => statusOf(thrown) === 412;
/** Another conditional write of the key is under way, or its multipart upload was dropped for one: upload again. */
export const isConflict = (thrown: unknown): boolean => statusOf(thrown) === 409 || isNamed(thrown, "NoSuchUpload");

export const absent = (thrown: unknown): undefined => {
  if (!isAbsent(thrown)) throw thrown;
};

const REMEDY =
  "See whether S3_ENDPOINT, the credentials and the bucket are right and the server runs; nothing is lost meanwhile.";
const OUR_FAULT = new Set([
  "EntityTooLarge",
  "InvalidArgument",
  "InvalidRequest",
  "KeyTooLongError",
  "InvalidBucketName",
  "MalformedXML",
  "NotImplemented",
]);

/** An answer that says the request is wrong is a problem; everything else that S3 and the way to it do is an outage. */
export async function onS3<T>(does: () => Promise<T>): Promise<T> {
  try {
    return await does();
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

export function failureOf(thrown: unknown): unknown {
  if (thrown instanceof ProblemError) return thrown;
  const { name, message } = thrown as Error;
  if (OUR_FAULT.has(name))
    return new ProblemError({ code: "ARTIFACTS_REFUSED", message: `S3 says ${name}: ${message}` }, { cause: thrown });
  if (isBucketMissing(thrown)) return outage("artifacts", new Error("the bucket does not exist"), "Create the bucket.");
  const fromTheWay = thrown instanceof DeadlineError || isFromSdk(thrown) || isTransport(thrown);
  return fromTheWay ? outage("artifacts", new Error(problemOf(thrown).message || name), REMEDY) : thrown;
}

// What the SDK gives up on it marks with its attempts, or wraps, when it was no Error of Node's own realm.
const isFromSdk = (thrown: unknown): boolean =>
  typeof thrown === "object" &&
  thrown !== null &&
  ("$metadata" in thrown || String((thrown as Error).message).startsWith("AWS SDK error wrapper"));

const TRANSPORT = /^(E[A-Z_]+|UND_ERR.*)$/;
const isTransport = (thrown: unknown): boolean => {
  const { name, code } = thrown as { name?: string; code?: unknown };
  return /Timeout|Abort|Credentials|Network|AggregateError/.test(name ?? "") || TRANSPORT.test(String(code ?? ""));
};
