/** The largest float32. */
export const LARGEST = 3.4028234663852886e38;

/** A number as a state holds it: a finite float32, and no −0, which JSON does not know. */
export const storedFloat = (value: number): number => Math.fround(Math.min(LARGEST, Math.max(-LARGEST, value))) + 0;

// Statistics of float32 values without NaN, summed in double.
export const presentOf = (values: Float32Array): Float32Array => {
  const present = new Float32Array(values.length);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value === value) present[count++] = value;
  }
  return present.subarray(0, count);
};

export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Of the population (divided by n), as scikit-learn's StandardScaler has it. */
export function deviationOf(values: Float32Array, mean: number): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index]! - mean) ** 2;
  return Math.sqrt(sum / values.length);
}

export function rangeOf(values: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** The value that comes most often, the smallest of them where several do. */
export function mostFrequentOf(values: Float32Array): number {
  const sorted = values.slice().sort();
  let best = { value: NaN, count: 0 };
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > best.count) best = { value: sorted[start]!, count: end - start };
  }
  return best.value;
}
