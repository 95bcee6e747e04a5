import { Counter, Gauge, Histogram, type Metrics } from "@millrace/service";

export type ServingMetrics = ReturnType<typeof openServingMetrics>;

/** What operators see of the versions that serve. */
export function openServingMetrics({ registry }: Metrics) {
  const registers = [registry];
  const labelNames = ["model"];
  const version = new Gauge({
    name: "millrace_model_version",
    help: "The version of a model that serves",
    labelNames,
    registers,
  });
  const share = new Gauge({
    ...{
      name: "millrace_rollout_percent",
      help: "The share of requests that the challenger answers",
      labelNames,
      registers,
    },
  });
  const swapSeconds = new Histogram({
    name: "millrace_model_swap_seconds",
    help: "From reading a deployment record to serving its version",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    ...{ labelNames, registers },
  });
  const refused = new Counter({
    name: "millrace_model_refused_total",
    help: "Versions that could not be loaded, by the code of the problem",
    ...{ labelNames: ["model", "code"], registers },
  });
  const shadowRows = new Counter({
    name: "millrace_shadow_rows_total",
    help: "Rows for the shadow: answered by it, or dropped because too many waited",
    ...{ labelNames: ["model", "outcome"], registers },
  });
  return { version, share, swapSeconds, refused, shadowRows };
}
