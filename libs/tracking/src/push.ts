// What one push of a local history to a server needs, and what came of it.
import type { MlflowClient } from "@millrace/mlflow-client-ts";
import type { HistoricRun } from "./local-history.js";
import type { Tracking } from "./tracking.js";

export interface Pushed {
  runs: number;
  versions: number;
  aliases: number;
  /** Runs and versions that the server had. */
  known: number;
  failed: number;
}

/** What every part of pushing needs. `trackingAt` is the server as it was at a time: runs keep their own. */
export interface Push {
  client: MlflowClient;
  trackingAt: (at: string) => Tracking;
  runs: readonly HistoricRun[];
  done: Pushed;
  say: (line: string) => void;
}
