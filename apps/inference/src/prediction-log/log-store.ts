import type { ArtifactStoreConfig } from "@millrace/storage";

/** Where parts go, in words that another process can be told. */
export interface LogStore {
  readonly artifacts: Pick<ArtifactStoreConfig, "dir" | "s3">;
  /** A bucket, or a folder below `exports/`. */
  readonly bucket: string;
}

export interface ExportJob {
  readonly segments: readonly string[];
  readonly store: LogStore;
}

/** What became of one segment: it is gone from this machine when it was exported. */
export interface ExportedSegment {
  readonly segment: string;
  readonly rows: number;
  readonly problem?: string;
}
