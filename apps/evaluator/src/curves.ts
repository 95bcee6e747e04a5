import { calibrationTable, predictedClasses, type Scored } from "@millrace/learning";

export type CalibrationBin = ReturnType<typeof calibrationTable>[number];

export type Point = readonly [x: number, y: number];

/** How a model tells one class from all others. */
export interface ClassCurves {
  readonly of: string;
  /** False positive rate, true positive rate. */
  readonly roc: readonly Point[];
  /** Recall, precision. */
  readonly pr: readonly Point[];
}

export interface Curves {
  /** The positive of two classes; of more, each of those with the most rows. */
  readonly classes: readonly ClassCurves[];
  /** What was predicted beside what happened: of the positive class; of more than two, of the predicted one. */
  readonly calibration: readonly CalibrationBin[];
}

const mostClasses = 6;
const mostPoints = 200;

export function curvesOf(scored: Scored): Curves {
  const codes = codesToShow(scored).filter((code) => hasBoth(scored, code));
  return { classes: codes.map((code) => classCurves(scored, code)), calibration: calibrationTable(forecastOf(scored)) };
}

/** The code of the positive of two classes. */
export const positiveOf = ({ classes, positive }: Pick<Scored, "classes" | "positive">): number | undefined =>
  classes.length !== 2 ? undefined : positive === undefined ? 1 : classes.indexOf(positive);

function codesToShow(scored: Scored): number[] {
  const positive = positiveOf(scored);
  if (positive !== undefined) return [positive];
  const counts = scored.classes.map((_, code) => scored.labels.reduce((sum, label) => sum + +(label === code), 0));
  const largest = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, mostClasses);
  return largest.sort((a, b) => a - b);
}

const hasBoth = ({ labels }: Scored, code: number): boolean =>
  labels.includes(code) && labels.some((label) => label !== code);

/** A point after each group of rows with the same score, from the highest score down. */
function classCurves({ labels, probabilities, classes, weights }: Scored, code: number): ClassCurves {
  const score = (row: number) => probabilities[row * classes.length + code]!;
  const order = Uint32Array.from(labels, (_, row) => row).sort((a, b) => score(b) - score(a));
  const counts: Point[] = [];
  let [hits, misses] = [0, 0];
  order.forEach((row, place) => {
    const weight = weights?.[row] ?? 1;
    if (labels[row] === code) hits += weight;
    else misses += weight;
    const next = order[place + 1];
    if (next === undefined || score(next) !== score(row)) counts.push([misses, hits]);
  });
  const roc: Point[] = [[0, 0], ...counts.map(([wrong, right]): Point => [wrong / misses, right / hits])];
  const pr = counts.map(([wrong, right]): Point => [right / hits, right / (right + wrong)]);
  return { of: classes[code]!, roc: thinned(roc), pr: thinned(pr) };
}

/** The first, the last and evenly many between, to five digits: a picture has no room for more. */
function thinned(points: readonly Point[]): Point[] {
  const step = Math.max(1, (points.length - 1) / (mostPoints - 1));
  const count = Math.min(points.length, mostPoints);
  const kept = Array.from({ length: count }, (_, index) => points[Math.round(index * step)]!);
  return kept.map(([x, y]) => [Number(x.toFixed(5)), Number(y.toFixed(5))]);
}

function forecastOf(scored: Scored) {
  const { labels, probabilities, classes, weights } = scored;
  const positive = positiveOf(scored);
  const told = positive === undefined ? predictedClasses(scored) : labels.map(() => positive);
  const predicted = Float64Array.from(labels, (_, row) => probabilities[row * classes.length + told[row]!]!);
  const happened = Uint8Array.from(labels, (label, row) => +(label === told[row]));
  return { predicted, happened, weights };
}
