import {
  difference,
  direction,
  dot,
  largest,
  remember,
  type Minimum,
  type Objective,
  type Preconditioner,
  type Step,
  type StopRule,
} from "./lbfgs.js";
import { absolute } from "./linear-proximal-newton.js";

const ARMIJO = 1e-4;
const ROUNDING = 1e-14;

/** The minimum of objective + Σ l1 |x| where there are too many weights for Newton's method: OWL-QN (Andrew & Gao 2007). */
export function minimiseOrthantWise(
  objective: Objective,
  l1: Float64Array,
  precondition: Preconditioner,
  start: Float64Array,
  { tolerance, maxIterations, watch }: StopRule,
): Minimum {
  let x = start;
  let slope: Float64Array = new Float64Array(x.length);
  let value = objective(x, slope) + absolute(x, l1);
  const steps: Step[] = [];
  for (let iterations = 0; ; iterations++) {
    const pseudo = pseudoGradient(x, slope, l1);
    const steepest = largest(pseudo);
    watch?.(steepest);
    const converged = steepest <= tolerance;
    if (converged || iterations === maxIterations) return { x, value, iterations, converged };
    const next = search(objective, { x, value, pseudo, l1 }, downhill(pseudo, direction(pseudo, steps, precondition)));
    if (!next) return { x, value, iterations, converged: false };
    remember(steps, difference(next.x, x), difference(next.slope, slope));
    ({ x, value, slope } = next);
  }
}

/** The derivative in the direction in which the value falls; 0 for a weight that is best left at 0. */
function pseudoGradient(x: Float64Array, slope: Float64Array, l1: Float64Array): Float64Array {
  return slope.map((by, index) => {
    const penalty = l1[index]!;
    if (x[index] !== 0) return by + Math.sign(x[index]!) * penalty;
    return by > penalty ? by - penalty : by < -penalty ? by + penalty : 0;
  });
}

/** Only what goes downhill by itself: the curvature tells of the smooth part alone. */
const downhill = (pseudo: Float64Array, along: Float64Array): Float64Array =>
  along.map((by, index) => (by * pseudo[index]! < 0 ? by : 0));

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly pseudo: Float64Array;
  readonly l1: Float64Array;
}

/** A weight that would change its sign stops at 0. */
function search(objective: Objective, { x, value, pseudo, l1 }: Point, along: Float64Array) {
  const signs = x.map((at, index) => Math.sign(at !== 0 ? at : -pseudo[index]!));
  for (let length = 1; length > 1e-14; length /= 2) {
    const tried = x.map((at, index) => stopped(at + length * along[index]!, signs[index]!, l1[index]!));
    const slope = new Float64Array(x.length);
    const triedValue = objective(tried, slope) + absolute(tried, l1);
    if (triedValue <= value + ARMIJO * dot(pseudo, difference(tried, x)) + ROUNDING * Math.abs(value))
      return { x: tried, value: triedValue, slope };
  }
  return undefined;
}

const stopped = (value: number, sign: number, penalty: number): number =>
  penalty > 0 && Math.sign(value) !== sign ? 0 : value;
