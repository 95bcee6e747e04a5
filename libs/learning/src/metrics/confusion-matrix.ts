/** Counts of rows: `matrix[actual][predicted]`. */
export function confusionMatrix(labels: Int32Array, predicted: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, row) => (matrix[label]![predicted[row]!]! += 1));
  return matrix;
}

interface ClassScore {
  readonly actual: number;
  readonly predicted: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** What follows from the confusion matrix: of the positive class where there is one, otherwise the mean over the classes. */
export function precisionRecall(matrix: readonly (readonly number[])[], positive: number | undefined) {
  const scores = matrix.map((_, code) => classScore(matrix, code));
  // A class that is neither there nor predicted says nothing.
  const about =
    positive === undefined ? scores.filter(({ actual, predicted }) => actual + predicted > 0) : [scores[positive]!];
  return {
    accuracy: sum(matrix.map((row, code) => row[code]!)) / sum(matrix.map(sum)),
    balanced_accuracy: mean(scores.filter(({ actual }) => actual > 0).map(({ recall }) => recall)),
    f1: mean(about.map(({ f1 }) => f1)),
    precision: mean(about.map(({ precision }) => precision)),
    recall: mean(about.map(({ recall }) => recall)),
  };
}

function classScore(matrix: readonly (readonly number[])[], code: number): ClassScore {
  const hit = matrix[code]![code]!;
  const actual = sum(matrix[code]!);
  const predicted = sum(matrix.map((row) => row[code]!));
  return {
    actual,
    predicted,
    precision: ratio(hit, predicted),
    recall: ratio(hit, actual),
    f1: ratio(2 * hit, actual + predicted),
  };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
