import { createReadStream } from "node:fs";
import { link, readFile, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { artifactRef, sha256, type ArtifactRef, type Digest } from "@millrace/contracts";
import {
  isStale,
  isStream,
  type ArtifactAddress,
  type ArtifactEntry,
  type ArtifactMeta,
  type ArtifactStore,
} from "./artifact-store.js";
import { healthOf } from "./dependency-health.js";
import { existing, isCode, noFileAt, onDisk, sourceFile, withFolder } from "./disk.js";
import { OBJECTS_PREFIX, digestOfKey, exportKey, objectKey, takenKey } from "./object-key.js";
import { cleanSpool, spool, syncFolderOf, type Spooled } from "./spool.js";
import { corrupt, digestOfStream, missing, verified, verifiedStream } from "./verify.js";

const STORE = "files";

/**
 * Objects lie at `<dir>/artifacts/sha256/ab/cdef…`, read-only. One comes into being by a rename within the file system, after
 * its bytes were flushed: whoever is killed in between leaves a spool file, never half an object.
 */
export async function openFiles({ dir, clock }: { dir: string; clock: () => Date }): Promise<ArtifactStore> {
  const spoolDir = join(dir, "artifacts", "tmp");
  const objectPath = (digest: Digest) => join(dir, objectKey(digest));
  const exportPath = (bucket: string, key: string) => join(dir, "exports", exportKey(bucket, key));
  const checked = new Map<string, string>();
  await cleanSpool(spoolDir, clock());

  /** What is put again counts as new: whoever collects old artifacts must not take one that a step has just come to. */
  async function isWhole(path: string, size: number): Promise<boolean> {
    const facts = await existing(path);
    if (facts?.size !== size) return false;
    if (isStale(facts.mtime, clock())) await utimes(path, clock(), clock());
    return true;
  }

  /** Keeps an object of the right size; anything else under the name is what a broken disk left, and is replaced. */
  async function adopt({ path, digest, size }: Spooled): Promise<void> {
    const target = objectPath(digest);
    if (await isWhole(target, size)) return rm(path, { force: true });
    await withFolder(target, () => rename(path, target));
    await syncFolderOf(target);
  }

  async function keep(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, meta: ArtifactMeta) {
    const spooled = await spool(spoolDir, chunks);
    await adopt(spooled);
    return refOf(spooled, meta);
  }

  async function putBytes(bytes: Uint8Array, meta: ArtifactMeta): Promise<ArtifactRef> {
    const known = { digest: sha256(bytes), size: bytes.length };
    return (await isWhole(objectPath(known.digest), known.size)) ? refOf(known, meta) : keep([bytes], meta);
  }

  async function openObject(ref: ArtifactAddress): Promise<AsyncIterable<Uint8Array>> {
    const path = objectPath(ref.digest);
    if (!(await existing(path))) throw missing(ref, STORE);
    return createReadStream(path, { highWaterMark: 1 << 20 });
  }

  /** Hashes a file once for as long as it is the same file with the same size and time. */
  async function localPath(ref: ArtifactAddress): Promise<string> {
    const path = objectPath(ref.digest);
    const facts = await existing(path);
    if (!facts) throw missing(ref, STORE);
    const mark = `${facts.ino} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs}`;
    if (checked.get(path) === mark) return path;
    const { digest } = await digestOfStream(await openObject(ref));
    if (digest !== ref.digest) throw corrupt(ref, STORE, digest);
    checked.set(path, mark);
    return path;
  }

  async function putNamed(bucket: string, key: string, bytes: Uint8Array, ifAbsent: boolean) {
    const target = exportPath(bucket, key);
    const { path } = await spool(spoolDir, [bytes]);
    const put = ifAbsent ? () => link(path, target) : () => rename(path, target);
    try {
      await withFolder(target, put);
    } catch (error) {
      if (ifAbsent && isCode(error, "EEXIST") && (await existing(target))?.isFile()) return "exists" as const;
      throw isCode(error, "EEXIST", "ENOTDIR", "EISDIR") ? takenKey(bucket, key, error) : error;
    } finally {
      await rm(path, { force: true });
    }
    await syncFolderOf(target);
    return "written" as const;
  }

  async function probe(): Promise<void> {
    const { path } = await spool(spoolDir, [Buffer.from("health")]);
    await rm(path, { force: true });
  }

  return {
    name: "files",
    put: (bytes, meta) => onDisk(() => (isStream(bytes) ? keep(bytes, meta) : putBytes(bytes, meta))),
    putFile: (path, meta) => onDisk(async () => keep(await sourceFile(path), meta)),
    get: (ref) => onDisk(async () => verified(await readObject(objectPath(ref.digest), ref), ref, STORE)),
    stream: (ref) => onDisk(async () => verifiedStream(await openObject(ref), ref, STORE)),
    localPath: (ref) => onDisk(() => localPath(ref)),
    has: (ref) => onDisk(async () => (await existing(objectPath(ref.digest))) !== undefined),
    list: () => listObjects(dir),
    remove: (digest) => onDisk(() => rm(objectPath(digest), { force: true })),
    putNamed: (bucket, key, bytes, _mediaType, options) =>
      onDisk(() => putNamed(bucket, key, bytes, options?.ifAbsent ?? false)),
    getNamed: (bucket, key) => onDisk(() => readFile(exportPath(bucket, key)).catch(noFileAt)),
    health: healthOf("artifacts", probe, clock),
    close: async () => undefined,
  };
}

export const refOf = ({ digest, size }: { digest: Digest; size: number }, meta: ArtifactMeta): ArtifactRef =>
  artifactRef.parse({ digest, size, mediaType: meta.mediaType, name: meta.name });

async function readObject(path: string, ref: ArtifactAddress): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(noFileAt);
  if (bytes === undefined) throw missing(ref, STORE);
  return bytes;
}

async function* listObjects(dir: string): AsyncGenerator<ArtifactEntry> {
  for (const shard of await namesIn(join(dir, OBJECTS_PREFIX)))
    for (const name of await namesIn(join(dir, OBJECTS_PREFIX, shard))) {
      const digest = digestOfKey(`${OBJECTS_PREFIX}/${shard}/${name}`);
      const facts = digest && (await existing(join(dir, OBJECTS_PREFIX, shard, name)));
      if (facts) yield { digest, size: facts.size, modifiedAt: facts.mtime };
    }
}

const namesIn = async (folder: string): Promise<string[]> => ((await readdir(folder).catch(noFileAt)) ?? []).sort();
