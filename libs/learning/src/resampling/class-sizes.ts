interface Labelled {
  readonly y: Int32Array;
  readonly classes: number;
}

/** How many rows each class has. */
export function classSizes({ y, classes }: Labelled): Int32Array {
  const sizes = new Int32Array(classes);
  for (let row = 0; row < y.length; row++) sizes[y[row]!]! += 1;
  return sizes;
}

/** The classes that have rows: a fold need not have all. */
export const presentClasses = (data: Labelled): number[] =>
  Array.from(classSizes(data), (size, code) => (size > 0 ? code : -1)).filter((code) => code >= 0);

export function rowsOfClass(y: Int32Array, code: number): Int32Array {
  const rows = new Int32Array(y.length);
  let count = 0;
  for (let row = 0; row < y.length; row++) if (y[row] === code) rows[count++] = row;
  return rows.slice(0, count);
}

/** Of equally large classes the first, as in imbalanced-learn. */
export const largestClass = (data: Labelled): number => extremeClass(data, (size, best) => size > best);
export const smallestClass = (data: Labelled): number => extremeClass(data, (size, best) => size < best);

function extremeClass(data: Labelled, better: (size: number, best: number) => boolean): number {
  const sizes = classSizes(data);
  return presentClasses(data).reduce((best, code) => (better(sizes[code]!, sizes[best]!) ? code : best));
}

/** How many rows each class lacks to have `ratio` times as many as the largest. */
export function rowsLacking(data: Labelled, ratio: number): Int32Array {
  const sizes = classSizes(data);
  const most = sizes[largestClass(data)]!;
  return sizes.map((size) => (size > 0 ? Math.max(0, Math.floor(most * ratio - size)) : 0));
}

/** How many rows each class may keep so that the smallest has `ratio` times as many as each other. */
export function rowsAllowed(data: Labelled, ratio: number): Int32Array {
  const sizes = classSizes(data);
  const fewest = sizes[smallestClass(data)]!;
  return sizes.map((size) => Math.min(size, Math.floor(fewest / ratio)));
}

/** Which classes lose rows, by the parameter `remove`. */
export function classesToClean(data: Labelled, remove: string): ReadonlySet<number> {
  if (remove === "majority") return new Set([largestClass(data)]);
  const spared = remove === "not-minority" ? smallestClass(data) : -1;
  return new Set(presentClasses(data).filter((code) => code !== spared));
}
