import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf, ProblemError, type Digest } from "@millrace/contracts";
import type { PlatformSettings } from "@millrace/service";
import { openObjectSource, type ListedObject, type ObjectSource } from "@millrace/storage";
import { counted, everySecond, type Means } from "./means.js";
import { isData, isHidden } from "./source-files.js";
import { allowanceOf, spoolTo } from "./spool-bytes.js";

export interface FetchedFiles {
  readonly location: string;
  readonly paths: readonly string[];
  readonly digest: Digest;
  /** What each file was, by its name in the source. */
  readonly seen: Readonly<Record<string, string>>;
}

export interface S3Request {
  readonly url: string;
  readonly anyName: boolean;
  /** Objects that need not be read again, by their ETags. */
  readonly known?: Readonly<Record<string, string>>;
}

/** Copies the objects of a prefix, or the one object, to the run's folder, one chunk at a time. */
export async function fetchS3(request: S3Request, means: Means): Promise<FetchedFiles> {
  const source = await openObjectSource(s3Of(means.context.settings));
  try {
    const { bucket, key } = placeOf(request.url);
    const objects = await objectsAt(source, bucket, key, request.anyName);
    if (objects.length === 0) throw noObject(request.url);
    const wanted = objects.filter((object) => request.known?.[object.key] !== object.etag);
    const paths = await copied(source, bucket, wanted, means);
    const seen = Object.fromEntries(wanted.map(({ key, etag }) => [key, etag]));
    return {
      location: request.url,
      paths,
      seen,
      digest: digestOf(wanted.map(({ key, size, etag }) => [key, size, etag])),
    };
  } finally {
    source.close();
  }
}

function placeOf(url: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url)!;
  return { bucket: bucket!, key: key! };
}

/** The object of that key, else those in the folder of that name whose names are those of data. */
async function objectsAt(source: ObjectSource, bucket: string, key: string, anyName: boolean): Promise<ListedObject[]> {
  const folder = key === "" || key.endsWith("/") ? key : `${key}/`;
  const inside: ListedObject[] = [];
  for await (const object of source.list(bucket, key)) {
    if (object.key === key) return [object];
    if (object.key.startsWith(folder) && isDataKey(object.key.slice(folder.length), anyName)) inside.push(object);
  }
  return inside;
}

function isDataKey(key: string, anyName: boolean): boolean {
  const parts = key.split("/");
  const name = parts.pop()!;
  return name !== "" && !parts.some(isHidden) && isData(name, anyName);
}

async function copied(source: ObjectSource, bucket: string, objects: readonly ListedObject[], means: Means) {
  const allowance = allowanceOf(means.settings.MILLRACE_SOURCE_LIMIT_MB);
  const tell = everySecond(means.context, (bytes) => `${counted(Math.round(bytes / 1e6))} MB copied from S3`);
  const paths: string[] = [];
  let bytes = 0;
  for (const [index, object] of objects.entries()) {
    const where = `s3://${bucket}/${object.key}`;
    const folder = join(means.workFolder, "objects", String(index));
    await mkdir(folder, { recursive: true });
    const path = join(folder, basename(object.key));
    const take = (more: number) => {
      means.context.signal.throwIfAborted();
      allowance.take(more, where);
      tell((bytes += more));
    };
    await spoolTo(path, source.read(bucket, object), { take });
    paths.push(path);
  }
  return paths;
}

const s3Of = (settings: PlatformSettings) => ({
  endpoint: settings.S3_ENDPOINT,
  region: settings.S3_REGION,
  accessKeyId: settings.S3_ACCESS_KEY_ID,
  secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
  forcePathStyle: settings.S3_ENDPOINT !== undefined,
});

const noObject = (url: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_NOT_FOUND",
    where: url,
    message:
      "there is neither an object of that key nor a data object (.csv, .tsv, .jsonl, .ndjson, .parquet) below it.",
    remedy: "Put the objects there, correct the url, or say the format where the names do not.",
  });
