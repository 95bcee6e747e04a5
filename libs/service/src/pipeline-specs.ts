import { pipelineSpec, type ArtifactRef, type PipelineSpec } from "@millrace/contracts";
import type { ArtifactStore } from "@millrace/storage";
import { readJson } from "./json-artifacts.js";

const kept = 64;

/** The configurations that events refer to; they are immutable, so the last ones are kept in memory. */
export function openPipelineSpecs(artifacts: ArtifactStore) {
  const specs = new Map<string, PipelineSpec>();
  return {
    async of(data: unknown): Promise<PipelineSpec | undefined> {
      const ref = (data as { spec?: ArtifactRef }).spec;
      if (ref === undefined) return undefined;
      const spec = specs.get(ref.digest) ?? pipelineSpec.parse(await readJson(artifacts, ref));
      specs.set(ref.digest, spec);
      if (specs.size > kept) specs.delete(specs.keys().next().value!);
      return spec;
    },
  };
}
