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
    // Variables of its own: those that two functions share are slow to count with.
    let [absent, total, least, largest] = [0, sum, min, max];
    for (let row = 0; row < rows; row++) {
      const value = values[row]!;
      if (value !== value) {
        absent++;
        continue;
      }
      total += value;
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
    [missing, count, sum, min, max] = [missing + absent, count + rows - absent, total, least, largest];
  };
  const described = () =>
    count === 0
      ? { missing, min: undefined, max: undefined, mean: undefined }
      : { missing, min, max, mean: sum / count };
  return { add, described };
}
