import { coordinateDescent, type FlatDirections } from "./coordinate-descent.js";
import type { Minimum, Objective, StopRule } from "./lbfgs.js";
import type { Curvature } from "./newton.js";

const ARMIJO = 1e-4;
const ROUNDING = 1e-14;
/** The inner minimum is sought so much more exactly than the outer one, but not before the outer one is near. */
const INNER = 0.1;
const COARSEST = 0.1;

/**
 * The minimum of objective + Σ l1 |x|: Newton's method whose steps are found by coordinate descent (Lee, Sun & Saunders
 * 2014). What is 0 at the minimum comes out as exactly 0.
 */
export function minimiseByProximalNewton(
  objective: Objective,
  curvature: Curvature,
  l1: Float64Array,
  start: Float64Array,
  { tolerance, enough = tolerance, maxIterations, watch }: StopRule,
  flat?: FlatDirections,
): Minimum {
  let x = start;
  let slope: Float64Array = new Float64Array(x.length);
  let value = objective(x, slope) + absolute(x, l1);
  for (let iterations = 0; ; iterations++) {
    const steepest = steepestOf(x, slope, l1);
    watch?.(steepest);
    const converged = steepest <= tolerance;
    if (converged || iterations === maxIterations) return { x, value, iterations, converged: steepest <= enough };
    const hessian = fullCurvature(curvature, x);
    const inner = Math.max(INNER * tolerance, Math.min(COARSEST, steepest) * steepest);
    const along = coordinateDescent({ x, slope, hessian, l1, flat }, inner);
    const next = search(objective, { x, value, slope, l1 }, along);
    if (!next) return { x, value, iterations, converged: steepest <= enough };
    ({ x, value, slope } = next);
  }
}

/** How far the derivatives are from those of a minimum: of a weight at 0 anything up to its l1 is none. */
export function steepestOf(x: Float64Array, slope: Float64Array, l1: Float64Array): number {
  let most = 0;
  for (let index = 0; index < x.length; index++) {
    const away =
      x[index] === 0
        ? Math.max(0, Math.abs(slope[index]!) - l1[index]!)
        : Math.abs(slope[index]! + Math.sign(x[index]!) * l1[index]!);
    most = Math.max(most, away);
  }
  return most;
}

export const absolute = (x: Float64Array, l1: Float64Array): number =>
  x.reduce((sum, value, index) => sum + Math.abs(value) * l1[index]!, 0);

function fullCurvature(curvature: Curvature, x: Float64Array): Float64Array {
  const size = x.length;
  const hessian = new Float64Array(size * size);
  curvature(x, hessian);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) hessian[column * size + row] = hessian[row * size + column]!;
  }
  return hessian;
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly slope: Float64Array;
  readonly l1: Float64Array;
}

/** A step that was meant to end at 0 does. */
const sumOf = (at: number, by: number): number => (Math.abs(at + by) > ROUNDING * Math.abs(by) ? at + by : 0);

function search(objective: Objective, { x, value, slope, l1 }: Point, along: Float64Array) {
  const whole = x.map((at, index) => sumOf(at, along[index]!));
  const descent = slope.reduce((sum, by, index) => sum + by * along[index]!, 0) + absolute(whole, l1) - absolute(x, l1);
  for (let length = 1; length > 1e-10; length /= 2) {
    const tried = length === 1 ? whole : x.map((at, index) => at + length * along[index]!);
    const triedSlope = new Float64Array(x.length);
    const triedValue = objective(tried, triedSlope) + absolute(tried, l1);
    if (triedValue <= value + ARMIJO * length * descent + ROUNDING * Math.abs(value))
      return { x: tried, value: triedValue, slope: triedSlope };
  }
  return undefined;
}
