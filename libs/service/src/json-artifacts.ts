import { canonicalJson, type ArtifactRef } from "@millrace/contracts";
import type { ArtifactStore } from "@millrace/storage";

export const writeJson = (artifacts: ArtifactStore, name: string, value: unknown): Promise<ArtifactRef> =>
  artifacts.put(Buffer.from(canonicalJson(value)), { mediaType: "application/json", name });

export const readJson = async (artifacts: ArtifactStore, ref: ArtifactRef): Promise<unknown> =>
  JSON.parse(Buffer.from(await artifacts.get(ref)).toString("utf8"));
