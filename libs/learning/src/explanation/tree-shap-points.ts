/** Points in 0 … 1 and weights that integrate polynomials up to degree 2 × count − 1 exactly (Gauss-Legendre quadrature). */
export interface Points {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

export function gaussLegendre(count: number): Points {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const { root, slope } = rootOf(count, index);
    points[index] = (1 - root) / 2;
    weights[index] = 1 / ((1 - root * root) * slope * slope);
  }
  return { points, weights };
}

const NEWTON_STEPS = 10;

/** A root of the Legendre polynomial by Newton's steps from Tricomi's guess. */
function rootOf(count: number, index: number): { root: number; slope: number } {
  let root = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const { value, slope } = legendre(count, root);
    root -= value / slope;
  }
  return { root, slope: legendre(count, root).slope };
}

function legendre(degree: number, at: number): { value: number; slope: number } {
  let [before, value] = [1, at];
  for (let order = 2; order <= degree; order++) {
    [before, value] = [value, ((2 * order - 1) * at * value - (order - 1) * before) / order];
  }
  return { value, slope: (degree * (at * value - before)) / (at * at - 1) };
}
