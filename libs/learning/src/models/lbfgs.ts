/** A smooth function: returns its value at `x` and writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** What an iteration is told: when it is near enough, and whom to tell between two steps how steep it still is. */
export interface StopRule {
  readonly tolerance: number;
  /** Where rounding leaves no way down, it is enough to be as near as this; the tolerance where it is not said. */
  readonly enough?: number;
  readonly maxIterations: number;
  readonly watch?: (slope: number) => void;
}

/** A guess of the inverse second derivatives times a vector. */
export type Preconditioner = (vector: Float64Array) => Float64Array;

export interface Step {
  readonly moved: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

const MEMORY = 20;
const ARMIJO = 1e-4;
// Below this share of the value, a difference of two values is rounding.
const ROUNDING = 1e-14;

/**
 * Limited-memory BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.5). With a preconditioner, columns of very
 * different sizes take no more steps than columns of the same size. Ends when no derivative is above `tolerance`.
 */
export function minimise(
  objective: Objective,
  precondition: Preconditioner,
  start: Float64Array,
  { tolerance, maxIterations, watch }: StopRule,
): Minimum {
  let x = start;
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  const steps: Step[] = [];
  for (let iterations = 0; ; iterations++) {
    const slope = largest(gradient);
    watch?.(slope);
    const converged = slope <= tolerance;
    if (converged || iterations === maxIterations) return { x, value, iterations, converged };
    const next = search(objective, x, value, gradient, direction(gradient, steps, precondition));
    if (!next) return { x, value, iterations, converged: false };
    remember(steps, difference(next.x, x), difference(next.gradient, gradient));
    ({ x, value, gradient } = next);
  }
}

/** A preconditioner of one number for each variable. */
export const diagonal =
  (inverse: Float64Array): Preconditioner =>
  (vector) =>
    vector.map((value, index) => value * inverse[index]!);

/** Backtracks from the full step, with quadratic interpolation, until the value has gone down enough. */
export function search(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  along: Float64Array,
) {
  const slope = dot(gradient, along);
  for (let length = 1; length > 1e-16;) {
    const tried = x.map((at, index) => at + length * along[index]!);
    const triedGradient = new Float64Array(x.length);
    const triedValue = objective(tried, triedGradient);
    if (triedValue <= value + ARMIJO * length * slope + ROUNDING * Math.abs(value))
      return { x: tried, value: triedValue, gradient: triedGradient };
    const bottom = (-slope * length * length) / (2 * (triedValue - value - slope * length));
    length = Math.min(Math.max(bottom || 0, 0.1 * length), 0.5 * length);
  }
  return undefined;
}

/** The two-loop recursion: minus the inverse second derivative, as the last steps tell it, times the gradient. */
export function direction(gradient: Float64Array, steps: readonly Step[], precondition: Preconditioner): Float64Array {
  const toward = gradient.map((value) => -value);
  const weights = new Float64Array(steps.length);
  for (let index = steps.length - 1; index >= 0; index--) {
    const { moved, change, inverse } = steps[index]!;
    weights[index] = inverse * dot(moved, toward);
    addTo(toward, change, -weights[index]!);
  }
  const scale = newestScale(steps, precondition);
  const result = precondition(toward).map((value) => scale * value);
  steps.forEach(({ moved, change, inverse }, index) =>
    addTo(result, moved, weights[index]! - inverse * dot(change, result)),
  );
  return result;
}

function newestScale(steps: readonly Step[], precondition: Preconditioner): number {
  const newest = steps.at(-1);
  return newest === undefined ? 1 : dot(newest.moved, newest.change) / dot(newest.change, precondition(newest.change));
}

/** Only a step along which the gradient grows tells of the curvature. */
export function remember(steps: Step[], moved: Float64Array, change: Float64Array): void {
  const curvature = dot(moved, change);
  if (!(curvature > 0)) return;
  steps.push({ moved, change, inverse: 1 / curvature });
  if (steps.length > MEMORY) steps.shift();
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function addTo(into: Float64Array, values: Float64Array, factor: number): void {
  for (let index = 0; index < into.length; index++) into[index]! += factor * values[index]!;
}

export const difference = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, index) => value - b[index]!);

export const largest = (values: Float64Array): number =>
  values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
