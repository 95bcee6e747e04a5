import { dot, largest, search, type Minimum, type Objective, type StopRule } from "./lbfgs.js";
import { factorise, solveWith, type Factor } from "./linear-cholesky.js";

/** Writes the lower triangle of the second derivatives at `x`, row by row. */
export type Curvature = (x: Float64Array, hessian: Float64Array) => void;

// A direction in which the function is flat (all intercepts of a softmax together) must not stop the factorisation.
const RIDGE = 1e-10;

/** Newton's method with a line search: a few steps, each of the cube of the weights. For up to some hundred weights. */
export function minimiseByNewton(
  objective: Objective,
  curvature: Curvature,
  start: Float64Array,
  { tolerance, enough = tolerance, maxIterations, watch }: StopRule,
): Minimum {
  let x = start;
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  for (let iterations = 0; ; iterations++) {
    const slope = largest(gradient);
    watch?.(slope);
    const converged = slope <= tolerance;
    if (converged || iterations === maxIterations) return { x, value, iterations, converged: slope <= enough };
    const along = solveWith(factorOf(curvature, x), gradient);
    for (let index = 0; index < along.length; index++) along[index] = -along[index]!;
    const next = dot(along, gradient) < 0 ? search(objective, x, value, gradient, along) : undefined;
    if (!next) return { x, value, iterations, converged: slope <= enough };
    ({ x, value, gradient } = next);
  }
}

/** The second derivatives at `x`, ready to be solved with. */
export function factorOf(curvature: Curvature, x: Float64Array): Factor {
  const hessian = new Float64Array(x.length * x.length);
  curvature(x, hessian);
  for (let row = 0; row < x.length; row++)
    hessian[row * (x.length + 1)]! += RIDGE * (1 + hessian[row * (x.length + 1)]!);
  return factorise(hessian, x.length, 1e-15);
}
