import type { ArtifactStore, ArtifactStoreConfig } from "./artifact-store.js";
import { openFiles } from "./files.js";

const now = (): Date => new Date();

export async function openArtifactStore(config: ArtifactStoreConfig): Promise<ArtifactStore> {
  const { dir, s3, cacheBytes, clock = now } = config;
  if (!s3) return openFiles({ dir, clock });
  const { openS3 } = await import("./s3.js");
  return openS3({ dir, s3, clock, cacheBytes });
}
