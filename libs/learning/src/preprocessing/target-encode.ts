import { storedFloat } from "./column-statistics.js";
import { byName, lookupNode, type Categories, type Cells, type Encoder } from "./encoder.js";
import { targetNeeded } from "./preprocess-problem.js";
import type { EncodeCategorical } from "./preprocess-steps.js";
import type { Graph } from "../onnx/graph.js";

/** What is to be learnt: the values of a regression, or class codes with the count or names of the classes. */
export type Target =
  | { readonly values: ArrayLike<number> }
  | { readonly codes: ArrayLike<number>; readonly classes: number | readonly string[] };

/** The mean of the target in each category, drawn to the overall mean where there are few rows. */
export interface TargetState {
  readonly encode: "target";
  /** The classes whose shares come out; empty where one number does. */
  readonly classes: readonly string[];
  readonly categories: readonly string[];
  /** For each output, a number for each category. */
  readonly encodings: readonly (readonly number[])[];
  /** For each output, what unknown and missing categories become. */
  readonly means: readonly number[];
}

export function fitTarget(
  categories: Categories,
  step: EncodeCategorical,
  target: Target | undefined,
  column: string,
): TargetState {
  if (!target) throw targetNeeded(column);
  const codes = categories.codes();
  const { classes, outputs } = outputsOf(target);
  const fitted = outputs.map((values) => encodingOf({ codes, count: categories.names.length, values, step }));
  return {
    encode: "target",
    classes,
    categories: categories.names,
    encodings: fitted.map(({ encoding }) => encoding),
    means: fitted.map(({ mean }) => mean),
  };
}

/** One number of a regression, one of two classes (whether it is the second), one for each of several classes. */
export function outputsOf(target: Target): { classes: readonly string[]; outputs: Float64Array[] } {
  if ("values" in target) return { classes: [], outputs: [Float64Array.from(target.values)] };
  const { codes, classes } = target;
  const names = typeof classes === "number" ? Array.from({ length: classes }, (_, code) => String(code)) : classes;
  const isClass = (wanted: number) => Float64Array.from(codes, (code) => Number(code === wanted));
  if (names.length <= 2) return { classes: [], outputs: [isClass(1)] };
  return { classes: names, outputs: names.map((_, code) => isClass(code)) };
}

export interface EncodingTask {
  /** The category of each row; −1 is none. */
  readonly codes: Int32Array;
  readonly count: number;
  readonly values: Float64Array;
  readonly step: EncodeCategorical;
  /** Which rows count; all where it is not said. */
  readonly counts?: (row: number) => boolean;
}

/** Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", 2001: as scikit-learn's TargetEncoder. */
export function encodingOf(task: EncodingTask): { encoding: number[]; mean: number } {
  const { mean, variance } = overall(task);
  const { counts, sums, squares } = byCategory(task);
  const smoothing = task.step.smoothing ?? "auto";
  const encoding = Array.from(counts, (count, code) => {
    if (smoothing !== "auto") {
      return count + smoothing === 0 ? mean : (sums[code]! + smoothing * mean) / (count + smoothing);
    }
    const trust = (variance * count) / (variance * count + squares[code]! / count);
    return Number.isNaN(trust) ? mean : (trust * sums[code]!) / count + (1 - trust) * mean;
  });
  return { encoding: encoding.map(storedFloat), mean: storedFloat(mean) };
}

const everyRow = () => true;

function overall({ values, counts = everyRow }: EncodingTask): { mean: number; variance: number } {
  const kept = values.filter((_, row) => counts(row));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  return { mean, variance: kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length };
}

function byCategory({ codes, count, values, counts: isCounted = everyRow }: EncodingTask) {
  const [counts, sums, squares] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const each = (add: (code: number, value: number) => void) => {
    for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0 && isCounted(row)) add(codes[row]!, values[row]!);
  };
  each((code, value) => {
    counts[code]! += 1;
    sums[code]! += value;
  });
  each((code, value) => (squares[code]! += (value - sums[code]! / counts[code]!) ** 2));
  return { counts, sums, squares };
}

/** Zeros too: a mean of 0 is a value like any other. */
const cellsFrom = (numbers: readonly number[]): Cells => ({ positions: numbers.map((_, at) => at), values: numbers });

export const targetEncoder: Encoder<TargetState> = {
  outputs: ({ classes }, column) => (classes.length === 0 ? [column] : classes.map((name) => `${column}→${name}`)),
  cells({ categories, encodings, means }) {
    const known = byName(categories, (code) => cellsFrom(encodings.map((encoding) => encoding[code]!)));
    const otherwise = cellsFrom(means);
    return (category) => (category === undefined ? otherwise : (known.get(category) ?? otherwise));
  },
  onnx({ categories, encodings, means }, graph, keys) {
    const columns = encodings.map((encoding, output) =>
      lookupNode(
        graph,
        keys,
        byName(categories, (code) => encoding[code]!),
        means[output]!,
        means[output]!,
      ),
    );
    return joined(graph, columns);
  },
};

const joined = (graph: Graph, columns: readonly string[]): string =>
  columns.length === 1 ? columns[0]! : graph.add("Concat", columns, { axis: { int: 1 } });
