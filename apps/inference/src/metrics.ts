import { Counter, type Metrics } from "@millrace/service";
import type { ServedModel } from "./served-model.js";

/** In seconds; most predictions take some 5 µs, what is waited for shows further up. */
const bounds = [5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.5, 1];
const boundsMs = Float64Array.from(bounds, (bound) => bound * 1000);

/** What one version did, in plain numbers: prom-client's own counters would take longer than the prediction. */
export interface Tally {
  readonly model: string;
  readonly version: number;
  readonly labels: readonly string[];
  readonly predictions: Float64Array;
  /** By how many bounds they passed. */
  readonly latencies: Float64Array;
  milliseconds: number;
}

export interface PredictionMetrics {
  tallyOf(served: ServedModel): Tally;
  /** A request that was not answered with a prediction. */
  refused(model: string, status: number, code: string): void;
}

export function count(tally: Tally, label: number, milliseconds: number): void {
  tally.predictions[label]! += 1;
  tally.milliseconds += milliseconds;
  let bound = 0;
  while (bound < boundsMs.length && milliseconds > boundsMs[bound]!) bound++;
  tally.latencies[bound]! += 1;
}

export function openPredictionMetrics({ registry }: Metrics): PredictionMetrics {
  const tallies = new Map<string, Tally>();
  const registers = [registry];
  countPredictions(registers, tallies);
  registry.registerMetric(latencyHistogram(tallies));
  const refusals = new Counter({
    name: "millrace_prediction_errors_total",
    help: "Requests for a prediction that got none, by model, status and code of the problem",
    labelNames: ["model", "status", "code"],
    registers,
  });
  return {
    tallyOf(served) {
      const key = `${served.version} ${served.name}`;
      const known = tallies.get(key);
      if (known !== undefined) return known;
      const tally = newTally(served);
      tallies.set(key, tally);
      return tally;
    },
    refused: (model, status, code) => refusals.inc({ model, status: String(status), code }),
  };
}

/** A regression's values are counted together. */
const newTally = ({ name, version, model }: ServedModel): Tally => ({
  ...{ model: name, version, labels: model.classes, milliseconds: 0 },
  predictions: new Float64Array(Math.max(1, model.classes.length)),
  latencies: new Float64Array(bounds.length + 1),
});

function countPredictions(registers: Metrics["registry"][], tallies: ReadonlyMap<string, Tally>): void {
  const counter = new Counter({
    name: "millrace_predictions_total",
    help: "Predictions by model, version and answer",
    labelNames: ["model", "version", "prediction"],
    registers,
    collect() {
      counter.reset();
      for (const { model, version, labels, predictions } of tallies.values())
        predictions.forEach((times, code) => {
          if (times > 0) counter.inc({ model, version: String(version), prediction: labels[code] ?? "" }, times);
        });
    },
  });
}

type Metric = Parameters<Metrics["registry"]["registerMetric"]>[0];

/** Made of the tallies whenever it is asked for. */
function latencyHistogram(tallies: ReadonlyMap<string, Tally>): Metric {
  const about = {
    name: "millrace_prediction_seconds",
    help: "How long it took to answer a row, from its features to its prediction",
    type: "histogram",
    aggregator: "sum",
  };
  const get = async () => ({ ...about, values: [...tallies.values()].flatMap(histogramLines) });
  return { ...about, get } as unknown as Metric;
}

function histogramLines({ model, version, latencies, milliseconds }: Tally) {
  const labels = { model, version: String(version) };
  let total = 0;
  const buckets = Array.from(latencies, (times, bound) => {
    total += times;
    const le = bound < bounds.length ? bounds[bound]! : "+Inf";
    return { metricName: "millrace_prediction_seconds_bucket", labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { metricName: "millrace_prediction_seconds_sum", labels, value: milliseconds / 1000 },
    { metricName: "millrace_prediction_seconds_count", labels, value: total },
  ];
}
