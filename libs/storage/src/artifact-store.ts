import type { ArtifactRef, DependencyHealth, Digest } from "@millrace/contracts";

export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;
export const isStream = (bytes: Bytes): bytes is AsyncIterable<Uint8Array> => Symbol.asyncIterator in bytes;
export type ArtifactMeta = { mediaType: string; name: string };
/** What is needed to find an artifact; the name is for the sentence that says it is missing. */
export type ArtifactAddress = { digest: Digest; name: string };

export interface ArtifactEntry {
  digest: Digest;
  size: number;
  /** When it was put last, to within an hour. */
  modifiedAt: Date;
}

const STALE_MS = 3_600_000;

/** An artifact that is put again after so long gets a new time; more often would only cost. */
export const isStale = (modifiedAt: Date, now: Date): boolean => now.getTime() - modifiedAt.getTime() > STALE_MS;

/** Immutable bytes under the digest of what they are, and exports under keys that people can read. */
export interface ArtifactStore {
  readonly name: "files" | "s3";
  /** Put-if-absent. An iterable is spooled to disk while it is hashed: it is never held whole. */
  put(bytes: Bytes, meta: ArtifactMeta): Promise<ArtifactRef>;
  /** The same, streamed from a local file. */
  putFile(path: string, meta: ArtifactMeta): Promise<ArtifactRef>;
  /** The bytes, verified: ARTIFACT_MISSING or ARTIFACT_CORRUPT otherwise. */
  get(ref: ArtifactAddress): Promise<Uint8Array>;
  /** The bytes in pieces; ARTIFACT_CORRUPT is thrown after the last one, so use nothing before the end was reached. */
  stream(ref: ArtifactAddress): Promise<AsyncIterable<Uint8Array>>;
  /** A verified local file for other tools to open, read-only. */
  localPath(ref: ArtifactAddress): Promise<string>;
  has(ref: Pick<ArtifactAddress, "digest">): Promise<boolean>;
  list(): AsyncIterable<ArtifactEntry>;
  /** Removing what is not there is no error. */
  remove(digest: Digest): Promise<void>;
  /** Exports bytes under a readable key of a bucket (files: a folder below `exports/`). */
  putNamed(
    bucketOrRoot: string,
    key: string,
    bytes: Uint8Array,
    mediaType: string,
    options?: { ifAbsent?: boolean },
  ): Promise<"written" | "exists">;
  getNamed(bucketOrRoot: string, key: string): Promise<Uint8Array | undefined>;
  health(): Promise<DependencyHealth>;
  close(): Promise<void>;
}

export interface S3Config {
  endpoint?: string;
  region: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  bucket: string;
  forcePathStyle?: boolean;
  createBucket?: boolean;
}

export interface ArtifactStoreConfig {
  /** Files: where everything lies. S3: where uploads are spooled and `localPath` caches. */
  dir: string;
  /** Unset: the files driver. */
  s3?: S3Config;
  /** How much `localPath` of the S3 driver keeps on disk. */
  cacheBytes?: number;
  clock?: () => Date;
}
