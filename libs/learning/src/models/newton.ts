import { dot, largest, search, type Minimum, type Objective } from "./lbfgs.js";

/** Writes the lower triangle of the second derivatives at `x`, row by row. */
export type Curvature = (x: Float64Array, hessian: Float64Array) => void;

// A direction in which the function is flat (all intercepts of a softmax together) must not stop the factorisation.
const RIDGE = 1e-10;

/** Newton's method with a line search: a few steps, each of the cube of the weights. For up to some hundred weights. */
export function minimiseByNewton(
  objective: Objective,
  curvature: Curvature,
  size: number,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): Minimum {
  let x: Float64Array = new Float64Array(size);
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(x, gradient);
  const hessian = new Float64Array(size * size);
  for (let iterations = 0; ; iterations++) {
    const converged = largest(gradient) <= tolerance;
    if (converged || iterations === maxIterations) return { x, value, iterations, converged };
    hessian.fill(0);
    curvature(x, hessian);
    const along = solve(
      hessian,
      gradient.map((slope) => -slope),
    );
    const next = dot(along, gradient) < 0 ? search(objective, x, value, gradient, along) : undefined;
    if (!next) return { x, value, iterations, converged: false };
    ({ x, value, gradient } = next);
  }
}

/** Solves H s = b by Cholesky's factorisation, which replaces H. */
function solve(hessian: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  for (let row = 0; row < size; row++) hessian[row * size + row]! += RIDGE * (1 + hessian[row * size + row]!);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      hessian[row * size + column] =
        (hessian[row * size + column]! - dotRows(hessian, size, row, column)) / hessian[column * size + column]!;
    }
    hessian[row * size + row] = Math.sqrt(
      Math.max(hessian[row * size + row]! - dotRows(hessian, size, row, row), RIDGE * RIDGE),
    );
  }
  return backward(hessian, forward(hessian, b));
}

/** Of the entries before the column's own. */
function dotRows(factor: Float64Array, size: number, row: number, column: number): number {
  let sum = 0;
  for (let k = 0; k < column; k++) sum += factor[row * size + k]! * factor[column * size + k]!;
  return sum;
}

function forward(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const solved = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = b[row]!;
    for (let k = 0; k < row; k++) sum -= factor[row * size + k]! * solved[k]!;
    solved[row] = sum / factor[row * size + row]!;
  }
  return solved;
}

function backward(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const solved = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum = b[row]!;
    for (let k = row + 1; k < size; k++) sum -= factor[k * size + row]! * solved[k]!;
    solved[row] = sum / factor[row * size + row]!;
  }
  return solved;
}
