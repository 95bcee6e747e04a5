import type { Scored } from "@millrace/learning";

/**
 * The rows by what is known of them: label, answers, weight. Resamples draw rows by their place and sums depend on the order
 * in their last digit, so figures are worked out in this order: the same rows in another order give the same verdict.
 */
export function canonicalOrder(scored: readonly Scored[]): Uint32Array {
  const { labels, weights } = scored[0]!;
  const keys = [{ values: labels, width: 1 }, ...scored.map(keyOf)];
  if (weights !== undefined) keys.push({ values: weights, width: 1 });
  return Uint32Array.from(labels, (_, row) => row).sort((a, b) => compare(keys, a, b));
}

interface Key {
  readonly values: Int32Array | Float64Array;
  readonly width: number;
}

const keyOf = ({ probabilities, classes }: Scored): Key => ({ values: probabilities, width: classes.length });

function compare(keys: readonly Key[], a: number, b: number): number {
  for (const { values, width } of keys) {
    for (let place = 0; place < width; place++) {
      const difference = values[a * width + place]! - values[b * width + place]!;
      if (difference !== 0) return difference;
    }
  }
  return a - b;
}

/** The scored rows in another order. */
export function inOrder(scored: Scored, order: Uint32Array): Scored {
  const width = scored.classes.length;
  const probabilities = new Float64Array(scored.probabilities.length);
  order.forEach((row, place) =>
    probabilities.set(scored.probabilities.subarray(row * width, (row + 1) * width), place * width),
  );
  const labels = Int32Array.from(order, (row) => scored.labels[row]!);
  const weights = scored.weights && Float64Array.from(order, (row) => scored.weights![row]!);
  return { ...scored, labels, probabilities, ...(weights && { weights }) };
}
