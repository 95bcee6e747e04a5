import { Counter, Gauge, type Metrics } from "@millrace/service";

/** Plain numbers, because they are counted on the path of predictions; the metrics read them when they are asked. */
export interface LogCounts {
  written: number;
  exported: number;
  notSampled: number;
  readonly dropped: Record<string, number>;
}

export const newCounts = (): LogCounts => ({ written: 0, exported: 0, notSampled: 0, dropped: {} });

export function drop(counts: LogCounts, reason: string, rows = 1): void {
  counts.dropped[reason] = (counts.dropped[reason] ?? 0) + rows;
}

export function exposeCounts({ registry }: Metrics, counts: LogCounts, spooledBytes: () => number): void {
  const registers = [registry];
  new Counter({
    name: "millrace_prediction_log_rows_total",
    help: "Rows of the prediction log that reached this machine's disk, that reached the artifact store, or that the sample leaves out",
    labelNames: ["outcome"],
    registers,
    collect() {
      const { written, exported, notSampled } = counts;
      this.reset();
      for (const [outcome, rows] of Object.entries({ written, exported, not_sampled: notSampled }))
        this.inc({ outcome }, rows);
    },
  });
  new Counter({
    name: "millrace_prediction_log_dropped_total",
    help: "Rows of the prediction log, or (too_large, rule_unknown) their features, that were given up, by reason",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, rows] of Object.entries(counts.dropped)) this.inc({ reason }, rows);
    },
  });
  new Gauge({
    name: "millrace_prediction_log_spooled_bytes",
    help: "Bytes of the prediction log on this machine that are not in the artifact store yet",
    registers,
    collect() {
      this.set(spooledBytes());
    },
  });
}
