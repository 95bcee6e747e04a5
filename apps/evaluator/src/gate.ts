import type { MetricName } from "@millrace/learning";
import { rangeText } from "./in-words.js";
import type { Figure } from "./figures.js";

/** One thing that was asked of a model, and how it did, as a clause of the verdict's sentence. */
export interface Gate {
  readonly name: string;
  readonly passed: boolean;
  readonly says: string;
}

/** 0.85 − 0.8 is a little less than 0.05 in floating point: nobody means that by a margin of 0.05. */
export const rounding = 1e-9;

export const entriesOf = (bounds: Partial<Record<MetricName, number>>) =>
  Object.entries(bounds) as [MetricName, number][];

/** " (95 % .831–.853)" where an interval is known. */
export const intervalText = (of: Partial<Figure> | undefined, confidence: number, digits?: number): string =>
  of?.low === undefined ? "" : ` (${rangeText({ low: of.low, high: of.high!, confidence }, digits)})`;
