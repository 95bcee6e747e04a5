const MOST_SWEEPS = 2_000;
/** Flat directions are looked along so seldom, because to look takes as long as a sweep. */
const SWEEPS_A_LOOK = 8;

/** A quadratic model around `x`: slope · d + d H d / 2 + Σ l1 |x + d|; `hessian` is full. */
export interface QuadraticModel {
  readonly x: Float64Array;
  readonly slope: Float64Array;
  readonly hessian: Float64Array;
  readonly l1: Float64Array;
  /** Coordinates that can be moved by the same amount without a change but in their penalty. */
  readonly flat?: FlatDirections;
}

export interface FlatDirections {
  readonly groups: readonly Int32Array[];
  /** Of each coordinate: what of the diagonal of the second derivatives is penalty. */
  readonly l2: Float64Array;
}

/**
 * The step to the minimum of the model, one coordinate after another (Friedman, Hastie & Tibshirani 2010). Sweeps over
 * the coordinates that moved come between those over all, because most of them stay at 0.
 */
export function coordinateDescent(model: QuadraticModel, tolerance: number): Float64Array {
  const state: Descent = { ...model, step: new Float64Array(model.x.length), slope: model.slope.slice() };
  const all = Int32Array.from(model.x, (_, index) => index);
  for (let sweeps = 0; sweeps < MOST_SWEEPS;) {
    const moved = all.filter((index) => moveOne(state, index) > tolerance);
    if (moved.length === 0) break;
    lookAlong(state);
    while (sweeps++ < MOST_SWEEPS && sweep(state, moved) > tolerance)
      if (sweeps % SWEEPS_A_LOOK === 0) lookAlong(state);
  }
  return state.step;
}

/** `slope` is that of the smooth part at x + step. */
interface Descent extends QuadraticModel {
  readonly step: Float64Array;
}

function sweep(state: Descent, indices: Int32Array): number {
  let most = 0;
  for (const index of indices) most = Math.max(most, moveOne(state, index));
  return most;
}

const lookAlong = (state: Descent): void => state.flat?.groups.forEach((group) => moveTogether(state, group));

/** Moves one coordinate to its own minimum; returns by how much the slope there was away from it. */
function moveOne({ x, step, slope, hessian, l1 }: Descent, index: number): number {
  const size = x.length;
  const curvature = hessian[index * size + index]!;
  if (!(curvature > 0)) return 0;
  const at = x[index]! + step[index]!;
  const by = shrink(at - slope[index]! / curvature, l1[index]! / curvature) - at;
  if (by === 0) return 0;
  step[index]! += by;
  const line = index * size;
  for (let other = 0; other < size; other++) slope[other]! += by * hessian[line + other]!;
  return Math.abs(by) * curvature;
}

/** Soft thresholding. */
export const shrink = (value: number, by: number): number => (value > by ? value - by : value < -by ? value + by : 0);

/** One by one the coordinates of a flat direction would creep: the penalty that draws them is small beside the curvature. */
function moveTogether({ x, step, slope, l1, flat }: Descent, group: Int32Array): void {
  const first = group[0]!;
  const l2 = flat!.l2[first]!;
  const values = Array.from(group, (index) => x[index]! + step[index]!);
  const by = centreOf(values, l2, l1[first]!);
  if (by === 0) return;
  for (const index of group) {
    step[index]! -= by;
    slope[index]! -= l2 * by;
  }
}

/** The c with the least Σ l2/2 (value − c)² + l1 |value − c|: between the mean and the median. Nearest to 0 where several are. */
export function centreOf(values: readonly number[], l2: number, l1: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  const count = sorted.length;
  if (l1 === 0) return l2 === 0 ? 0 : sum / count;
  const slopeAt = (c: number, below: number) => l2 * (count * c - sum) + l1 * (2 * below - count);
  for (let below = 0; below < count; below++) {
    // The first value at which the slope is no longer negative; the minimum is there or between it and the one before.
    const at = sorted[below]!;
    if (slopeAt(at, below + 1) < 0) continue;
    const flatFrom = below === 0 ? -Infinity : sorted[below - 1]!;
    const between = l2 > 0 ? (sum - (l1 * (2 * below - count)) / l2) / count : at;
    const here = Math.max(flatFrom, Math.min(at, between));
    const level = l2 === 0 && slopeAt(at, below + 1) === 0 && below + 1 < count;
    return level ? Math.min(Math.max(0, at), sorted[below + 1]!) : here;
  }
  return sorted[count - 1]!;
}
