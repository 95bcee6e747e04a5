import type { ArtifactAddress, ArtifactEntry } from "./artifact-store.js";
import { openFiles } from "./files.js";
import { isProblemWith } from "./verify.js";

const HANDED_OUT_MS = 600_000;

/**
 * Verified copies on the local disk, the oldest of which go when they are more than `bytes` together. What this process
 * handed out within ten minutes stays, because another tool may be about to open it.
 */
export async function openArtifactCache(config: { dir: string; bytes: number; clock: () => Date }) {
  const { dir, bytes, clock } = config;
  const files = await openFiles({ dir, clock });
  const handedOut = new Map<string, number>();
  const coming = new Map<string, Promise<string>>();

  async function kept(ref: ArtifactAddress): Promise<string | undefined> {
    try {
      return await files.localPath(ref);
    } catch (error) {
      if (isProblemWith(error, "ARTIFACT_CORRUPT")) await files.remove(ref.digest);
      else if (!isProblemWith(error, "ARTIFACT_MISSING")) throw error;
    }
  }

  async function fetchedPath(ref: ArtifactAddress, fetch: () => Promise<AsyncIterable<Uint8Array>>): Promise<string> {
    handedOut.set(ref.digest, clock().getTime());
    const path = await kept(ref);
    if (path !== undefined) return path;
    await files.put(await fetch(), { name: ref.name, mediaType: "application/octet-stream" });
    await evict();
    return files.localPath(ref);
  }

  async function evict(): Promise<void> {
    const entries: ArtifactEntry[] = [];
    for await (const entry of files.list()) entries.push(entry);
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    const isFree = ({ digest }: ArtifactEntry) => clock().getTime() - (handedOut.get(digest) ?? 0) > HANDED_OUT_MS;
    for (const entry of entries.filter(isFree).sort((a, b) => a.modifiedAt.getTime() - b.modifiedAt.getTime())) {
      if (total <= bytes) return;
      await files.remove(entry.digest);
      handedOut.delete(entry.digest);
      total -= entry.size;
    }
  }

  return {
    /** Fetches it once, however many ask at the same time. */
    path(ref: ArtifactAddress, fetch: () => Promise<AsyncIterable<Uint8Array>>): Promise<string> {
      const wanted = coming.get(ref.digest) ?? fetchedPath(ref, fetch).finally(() => coming.delete(ref.digest));
      coming.set(ref.digest, wanted);
      return wanted;
    },
    forget: (ref: Pick<ArtifactAddress, "digest">) => files.remove(ref.digest),
  };
}
