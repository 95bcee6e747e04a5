import type { RunStatus } from "@millrace/contracts";
import { Counter, Gauge, type Platform } from "@millrace/service";

export interface GatewayMetrics {
  /** A run came to a status. */
  reached(status: RunStatus): void;
  running(count: number): void;
  nudged(): void;
  clients(count: number): void;
  /** Whether nothing has arrived for a pipeline for too long. */
  absent(pipeline: string, isAbsent: boolean): void;
}

export function openGatewayMetrics(registry: Platform["metrics"]["registry"]): GatewayMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: "millrace_runs_total",
    help: "How often a run came to a status",
    labelNames: ["status"],
    registers,
  });
  const running = new Gauge({ name: "millrace_runs_running", help: "Runs that have not ended", registers });
  const nudges = new Counter({
    name: "millrace_keeper_nudges_total",
    help: "Events sent again because a run stood still",
    registers,
  });
  const clients = new Gauge({ name: "millrace_live_clients", help: "Clients that follow runs live", registers });
  const absent = new Gauge({
    name: "millrace_data_absent",
    help: "1 while nothing has arrived for longer than the pipeline's absence trigger allows",
    labelNames: ["pipeline"],
    registers,
  });
  return {
    reached: (status) => runs.inc({ status }),
    running: (count) => running.set(count),
    nudged: () => nudges.inc(),
    clients: (count) => clients.set(count),
    absent: (pipeline, isAbsent) => absent.set({ pipeline }, isAbsent ? 1 : 0),
  };
}
