import { calibrationTable } from "@millrace/learning";
import type { OutOfFold } from "../decide.js";

export type Point = readonly [x: number, y: number];

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

const MOST_POINTS = 200;
const MOST_CLASSES = 8;

/** With two classes the positive one; else each against the others. */
function classesShown({ classes, positive }: OutOfFold): number[] {
  if (classes.length === 2) return [positive === undefined ? 1 : classes.indexOf(positive)];
  return classes.map((_, code) => code).slice(0, MOST_CLASSES);
}

const curves = (outOfFold: OutOfFold, pointsOf: (ranked: Ranked) => Point[]): Curve[] =>
  classesShown(outOfFold).map((code) => ({
    name: outOfFold.classes[code]!,
    points: thinned(pointsOf(ranked(outOfFold, code))),
  }));

/** Of the positives found against that of negatives taken for positives. */
export const rocCurves = (outOfFold: OutOfFold): Curve[] =>
  curves(outOfFold, ({ steps, positives, negatives }) => [
    [0, 0],
    ...steps.map(({ hits, alarms }): Point => [alarms / negatives, hits / positives]),
  ]);

export const precisionCurves = (outOfFold: OutOfFold): Curve[] =>
  curves(outOfFold, ({ steps, positives }) =>
    steps.map(({ hits, alarms }): Point => [hits / positives, hits / (hits + alarms)]),
  );

/** How often it happened against how likely it was said to be. */
export const calibrationCurves = (outOfFold: OutOfFold): Curve[] =>
  classesShown(outOfFold).map((code) => {
    const { predicted, happened } = forecastOf(outOfFold, code);
    const bins = calibrationTable({ predicted, happened, weights: outOfFold.weights });
    return {
      name: outOfFold.classes[code]!,
      points: bins.map(({ predicted, observed }): Point => [predicted, observed]),
    };
  });

interface Ranked {
  /** From the highest score down, after each group of equal ones. */
  readonly steps: readonly { readonly hits: number; readonly alarms: number }[];
  readonly positives: number;
  readonly negatives: number;
}

function forecastOf({ labels, probabilities, classes }: OutOfFold, code: number) {
  return {
    predicted: Float64Array.from(labels, (_, row) => probabilities[row * classes.length + code]!),
    happened: Uint8Array.from(labels, (label) => (label === code ? 1 : 0)),
  };
}

function ranked(outOfFold: OutOfFold, code: number): Ranked {
  const { predicted, happened } = forecastOf(outOfFold, code);
  const order = Uint32Array.from(predicted.keys()).sort((a, b) => predicted[b]! - predicted[a]!);
  const steps: { hits: number; alarms: number }[] = [];
  let [hits, alarms] = [0, 0];
  order.forEach((row, at) => {
    const weight = outOfFold.weights?.[row] ?? 1;
    if (happened[row] === 1) hits += weight;
    else alarms += weight;
    if (at + 1 === order.length || predicted[order[at + 1]!] !== predicted[row]) steps.push({ hits, alarms });
  });
  return { steps, positives: hits, negatives: alarms };
}

const thinned = (points: readonly Point[]): Point[] => {
  const step = Math.max(1, (points.length - 1) / (MOST_POINTS - 1));
  const kept = Math.min(points.length, MOST_POINTS);
  return Array.from({ length: kept }, (_, index) => points[Math.min(points.length - 1, Math.round(index * step))]!);
};
