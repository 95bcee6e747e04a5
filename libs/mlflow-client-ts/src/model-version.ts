import { toDate, toRecord, type KeyValue } from "./wire.js";

export interface ModelVersion {
  name: string;
  version: string;
  source: string;
  runId: string | undefined;
  modelId: string | undefined;
  status: "PENDING_REGISTRATION" | "FAILED_REGISTRATION" | "READY";
  description: string;
  tags: Record<string, string>;
  aliases: string[];
  createdAt: Date | undefined;
}

export interface WireModelVersion {
  name: string;
  version: string;
  source: string;
  run_id?: string;
  model_id?: string;
  status: ModelVersion["status"];
  description?: string;
  tags?: KeyValue[];
  aliases?: string[];
  creation_timestamp?: number | string;
}

export const toModelVersion = (wire: WireModelVersion): ModelVersion => ({
  name: wire.name,
  version: wire.version,
  source: wire.source,
  runId: wire.run_id || undefined,
  modelId: wire.model_id || modelIdIn(wire.source),
  status: wire.status,
  description: wire.description ?? "",
  tags: toRecord(wire.tags),
  aliases: wire.aliases ?? [],
  createdAt: toDate(wire.creation_timestamp),
});

/** The open-source server does not answer the model's id; it is in the source that the version was made from. */
const modelIdIn = (source: string): string | undefined => /^models:\/(m-[^/]+)$/.exec(source)?.[1];
