import { seededRandom, takeMatrixRows, type TrainingData } from "@millrace/learning";

/**
 * Fewer rows to learn from, as in successive halving. Of each class the same share and at least one row; what is in a
 * smaller share is in the larger ones too.
 */
export function shareOf(data: TrainingData, share: number, seed: number): TrainingData {
  if (share >= 1) return data;
  const random = seededRandom(seed).fork("share");
  const taken = rowsByClass(data).flatMap((rows) =>
    random.shuffle(rows).slice(0, Math.max(1, Math.round(share * rows.length))),
  );
  return takeTraining(data, Int32Array.from(taken).sort());
}

function rowsByClass({ y, classes }: TrainingData): number[][] {
  const groups = Array.from({ length: classes }, (): number[] => []);
  for (let row = 0; row < y.length; row++) groups[y[row]!]!.push(row);
  return groups.filter((rows) => rows.length > 0);
}

function takeTraining({ x, y, weights, ...rest }: TrainingData, rows: Int32Array): TrainingData {
  return {
    ...rest,
    ...{ x: takeMatrixRows(x, rows), y: rows.map((row) => y[row]!) },
    ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
  };
}
