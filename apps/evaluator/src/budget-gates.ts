import { latencyMilliseconds, sizeBytes, type AcceptSpec } from "@millrace/contracts";
import type { Gate } from "./gate.js";
import { bytesText, milliseconds } from "./in-words.js";
import type { Latency } from "./measure-serving.js";

export interface Cost {
  /** Of the package. */
  readonly bytes: number;
  readonly latency: Latency;
}

/** What it may cost to serve the model. */
export const budgetGates = ({ latency, size }: AcceptSpec, cost: Cost): Gate[] => [
  ...(latency === undefined ? [] : [latencyGate(latency, cost.latency.p99)]),
  ...(size === undefined ? [] : [sizeGate(size, cost.bytes)]),
];

function latencyGate(budget: string, p99: number): Gate {
  const passed = p99 <= latencyMilliseconds(budget);
  const says = `99 of 100 answers take up to ${milliseconds(p99)}, ${passed ? "within" : "more than"} ${budget}`;
  return { name: "latency", passed, says };
}

function sizeGate(budget: string, bytes: number): Gate {
  const passed = bytes <= sizeBytes(budget);
  const says = `the package of ${bytesText(bytes)} is ${passed ? "within" : "larger than"} ${budget}`;
  return { name: "size", passed, says };
}
