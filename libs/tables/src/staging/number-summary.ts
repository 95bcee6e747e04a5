/** What a column of numbers holds, added to in the rows' order, so that its sum does not depend on threads. */
export interface NumberSummary {
  add(values: Float64Array, rows: number): void;
  described(): {
    readonly missing: number;
    readonly min: number | undefined;
    readonly max: number | undefined;
    readonly mean: number | undefined;
  };
}

export function numberSummary(): NumberSummary {
  let [missing, count, sum, min, max] = [0, 0, 0, Infinity, -Infinity];
  const add = (values: Float64Array, rows: number) => {
    for (let row = 0; row < rows; row++) {
      const value = values[row]!;
      if (value !== value) {
        missing++;
        continue;
      }
      count++;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  };
  const described = () =>
    count === 0
      ? { missing, min: undefined, max: undefined, mean: undefined }
      : { missing, min, max, mean: sum / count };
  return { add, described };
}
