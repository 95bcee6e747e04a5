import type { Metric } from "./run.js";
import { toPairs, type KeyValue } from "./wire.js";

export interface Batch {
  metrics?: readonly Metric[];
  params?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

export interface WireBatch {
  metrics: { key: string; value: number | string; timestamp: number; step: number }[];
  params: KeyValue[];
  tags: KeyValue[];
}

// MLflow refuses more than these in one call; metrics, params and tags together may be 1000 as well.
const MOST_IN_ALL = 1_000;
const MOST_PARAMS = 100;
const MOST_TAGS = 100;

/** Divides what is to be logged into the fewest calls: each takes all the params and tags it may and is filled up with metrics. */
export function batchesOf(batch: Batch, now: number): WireBatch[] {
  const metrics = (batch.metrics ?? []).map((metric) => toWireMetric(metric, now));
  const params = toPairs(batch.params);
  const tags = toPairs(batch.tags);
  const batches: WireBatch[] = [];
  while (metrics.length + params.length + tags.length > 0) batches.push(nextBatch(metrics, params, tags));
  return batches;
}

function nextBatch(metrics: WireBatch["metrics"], params: KeyValue[], tags: KeyValue[]): WireBatch {
  const part = { params: params.splice(0, MOST_PARAMS), tags: tags.splice(0, MOST_TAGS) };
  return { ...part, metrics: metrics.splice(0, MOST_IN_ALL - part.params.length - part.tags.length) };
}

export const toWireMetric = ({ key, value, step = 0, timestamp }: Metric, now: number) => ({
  key,
  // JSON has no NaN and no infinity; MLflow reads them as text.
  value: Number.isFinite(value) ? value : String(value),
  timestamp: timestamp?.getTime() ?? now,
  step,
});
