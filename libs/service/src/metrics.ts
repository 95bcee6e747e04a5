import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export { Counter, Gauge, Histogram };

const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export type Metrics = ReturnType<typeof openMetrics>;

/** The figures of one process; a service adds its own to `registry`. */
export function openMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    messages: new Counter({
      name: "millrace_messages_total",
      help: "Messages handled, by queue and outcome",
      labelNames: ["queue", "outcome"],
      registers,
    }),
    attempts: new Histogram({
      name: "millrace_message_attempts",
      help: "At which attempt a message was settled",
      labelNames: ["queue"],
      buckets: [1, 2, 3, 4, 5, 10],
      registers,
    }),
    queueLag: new Histogram({
      name: "millrace_queue_lag_seconds",
      help: "From publishing an event to the start of its handler",
      labelNames: ["queue"],
      buckets: quick,
      registers,
    }),
    stepSeconds: new Histogram({
      name: "millrace_step_seconds",
      help: "How long a step took, by how it ended",
      labelNames: ["step", "outcome"],
      buckets: quick,
      registers,
    }),
    inFlight: new Gauge({
      name: "millrace_steps_in_flight",
      help: "Steps being done now",
      labelNames: ["step"],
      registers,
    }),
    httpSeconds: new Histogram({
      name: "millrace_http_request_seconds",
      help: "HTTP requests by service, route, method and status",
      labelNames: ["service", "route", "method", "status"],
      buckets: quick,
      registers,
    }),
    dependencyUp: new Gauge({
      name: "millrace_dependency_up",
      help: "1 where the dependency answers",
      labelNames: ["dependency"],
      registers,
    }),
  };
}
