import type { Digest } from "../canonical-json.js";

/** What a version was made of: written when it is registered, and never changed. */
export interface LineageRecord {
  model: string;
  version: number;
  run: string;
  at: string;
  /** What the code was built from: MILLRACE_REVISION, or the version and the commit. */
  code: string;
  package: Digest;
  /** The parsed pipeline.yaml. Unset for a model that was made elsewhere, as is what follows. */
  spec?: Digest;
  source?: { location: string; digest?: string };
  /** Which of the source's rows its last run read, where it reads only new ones. */
  span?: { from?: number | string; to?: number | string; rows?: number; spans?: number };
  rows?: { total: number; train: number; test: number };
  train?: Digest;
  test?: Digest;
  /** The runs that brought the rows, where earlier ones brought some. */
  spans?: readonly { run: string; digest: Digest; rows: number }[];
}

/** From anything that a version was made of to the version. */
export interface LineageLink {
  /** A digest, or the run that brought some of the rows. */
  of: string;
  role: "source" | "rows" | "span" | "configuration" | "package" | "run";
  model: string;
  version: number;
  run: string;
}

/** One version: what it was made of, when it served, and where its predictions are. */
export interface VersionLineage {
  model: string;
  version: number;
  run: string;
  status: "approved" | "rejected";
  reason: string;
  /** How it is related to what was asked for. */
  role?: LineageLink["role"];
  madeOf?: LineageRecord;
  /** When it answered all of the requests, and from which generation on. */
  served: { generation: number; from: string; to?: string }[];
  /** The part of the prediction log that holds its answers, under its version. */
  predictions: string;
}

export interface Lineage {
  asked: string;
  kind: "version" | "run" | "digest";
  versions: VersionLineage[];
}
