import { latencyBounds, type VersionObservation } from "@millrace/contracts";
import type { Observation } from "../served-model.js";

/** More different answers than that are counted together: a regression says something else to every row. */
const MOST_ANSWERS = 50;
export const OTHER_ANSWERS = "(others)";

/** Counts what one version does. */
export interface VersionTally {
  add(observation: Observation): void;
  label(right: boolean): void;
  counted(): VersionObservation;
}

export function openVersionTally(): VersionTally {
  const latencies = new Array<number>(latencyBounds.length + 1).fill(0);
  const predictions = new Map<string, number>();
  const counts = { requests: 0, errors: 0, labelled: 0, right: 0 };

  function count(prediction: string): void {
    const known = predictions.get(prediction);
    if (known !== undefined) return void predictions.set(prediction, known + 1);
    const name = predictions.size < MOST_ANSWERS ? prediction : OTHER_ANSWERS;
    predictions.set(name, (predictions.get(name) ?? 0) + 1);
  }

  return {
    add({ milliseconds, failed, prediction }) {
      counts.requests += 1;
      if (failed) counts.errors += 1;
      latencies[bucketOf(milliseconds)]! += 1;
      if (prediction !== undefined) count(prediction);
    },
    label(right) {
      counts.labelled += 1;
      if (right) counts.right += 1;
    },
    counted: () => ({ ...counts, latencies: [...latencies], predictions: Object.fromEntries(predictions) }),
  };
}

function bucketOf(milliseconds: number): number {
  let bucket = 0;
  while (bucket < latencyBounds.length && milliseconds >= latencyBounds[bucket]!) bucket += 1;
  return bucket;
}
