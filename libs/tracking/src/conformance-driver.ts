import type { Tracking } from "./tracking.js";

/** What a test sees of a tracking server without asking the driver. */
export interface Peek {
  run(
    runId: string,
  ): Promise<{ name: string; status: string; params: object; tags: object; datasets: readonly object[] }>;
  metric(runId: string, key: string): Promise<{ step: number; value: number }[]>;
  artifact(runId: string, path: string): Promise<Uint8Array>;
  version(model: string, version: string): Promise<{ runId: string; description: string; tags: object }>;
  versions(model: string): Promise<string[]>;
  file(model: string, version: string, path: string): Promise<Uint8Array>;
}

export interface Driver {
  /** Opens the same tracking anew, as another process would. */
  open(): Promise<Tracking>;
  peek: Peek;
}
