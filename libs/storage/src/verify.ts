import { createHash } from "node:crypto";
import { ProblemError, sha256, type Digest } from "@millrace/contracts";
import type { ArtifactAddress } from "./artifact-store.js";

export const missing = (ref: ArtifactAddress, store: string): ProblemError =>
  new ProblemError({
    code: "ARTIFACT_MISSING",
    where: `${ref.name} (${ref.digest})`,
    message: `it is not in the artifact store (${store}).`,
    remedy: "Run the step that makes it again, or restore the store from its backup.",
  });

export const corrupt = (ref: ArtifactAddress, store: string, found: Digest): ProblemError =>
  new ProblemError({
    code: "ARTIFACT_CORRUPT",
    where: `${ref.name} (${ref.digest})`,
    message: `its bytes in the artifact store (${store}) have the digest ${found}.`,
    remedy: "Remove the object and run the step that makes it again; check the disk.",
  });

export function verified(bytes: Uint8Array, ref: ArtifactAddress, store: string): Uint8Array {
  const found = sha256(bytes);
  if (found !== ref.digest) throw corrupt(ref, store, found);
  return bytes;
}

/** Hands the chunks on and throws after the last one when together they are not what the digest says. */
export async function* verifiedStream(
  chunks: AsyncIterable<Uint8Array>,
  ref: ArtifactAddress,
  store: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  const found: Digest = `sha256:${hash.digest("hex")}`;
  if (found !== ref.digest) throw corrupt(ref, store, found);
}

export async function digestOfStream(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: Digest; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

export const isProblemWith = (thrown: unknown, code: string): boolean =>
  thrown instanceof ProblemError && thrown.code === code;
