import type { CloudEvent } from "../cloud-event.js";
import type { Problem } from "../problem.js";

export type RunStatus =
  "waiting" | "running" | "promoted" | "rejected" | "rolled-back" | "done" | "failed" | "superseded";

/** Whether nothing more is to come of the run by itself. */
export const hasEnded = (status: RunStatus): boolean => status !== "running" && status !== "waiting";

/** Why a run has not begun: it waits for its turn, or a newer arrival took its place. */
export type RunTurn = { state: "waiting"; for: string } | { state: "superseded"; by: string };

export interface RunStep {
  step: string;
  state: "started" | "working" | "retrying" | "done" | "failed";
  message?: string;
  done?: number;
  total?: number;
  problem?: Problem;
  at: string;
}

/** The ledger's page of one run. `events` holds the last event of each type, so that the keeper can send it again. */
export interface RunRecord {
  run: string;
  pipeline: string;
  status: RunStatus;
  summary: string;
  problem?: Problem;
  /** Only until the run begins. */
  turn?: RunTurn;
  startedAt: string;
  updatedAt: string;
  events: Record<string, CloudEvent>;
  steps: Record<string, RunStep>;
  /** How often the keeper has sent the last event again since the run last moved. */
  nudges: number;
}
