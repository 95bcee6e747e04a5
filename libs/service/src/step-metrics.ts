import type { Delivery } from "@millrace/messaging";
import type { Metrics } from "./metrics.js";

/** How long the message waited for its handler. */
export function observeLag(metrics: Metrics, { enqueuedAt, queue }: Delivery, now: Date): void {
  if (enqueuedAt) metrics.queueLag.observe({ queue }, Math.max(0, (now.getTime() - enqueuedAt.getTime()) / 1000));
}

/** Counts a step as in flight until the function that it returns is told how it ended; that gives the seconds. */
export function observeStep(metrics: Metrics, step: string): (outcome: "done" | "failed") => number {
  const began = performance.now();
  metrics.inFlight.inc({ step });
  return (outcome) => {
    metrics.inFlight.dec({ step });
    const seconds = (performance.now() - began) / 1000;
    metrics.stepSeconds.observe({ step, outcome }, seconds);
    return seconds;
  };
}
