/** The chance that a standard normal number is at most x, to 12 digits and more (Hart 1968 in the form of West 2005). */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  if (z > 38) return x > 0 ? 1 : 0;
  const density = Math.exp((-z * z) / 2);
  const tail = z < FAR ? (density * polynomial(TOP, z)) / polynomial(BOTTOM, z) : density / farTail(z);
  return x > 0 ? 1 - tail : tail;
}

/** The chance of a z at least this far from 0 on either side. */
export const twoSided = (z: number): number => 2 * normalCdf(-Math.abs(z));

const FAR = 5;
const TOP = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const BOTTOM = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((value, coefficient) => value * x + coefficient, 0);

/** The density divided by this is the tail: Laplace's continued fraction. */
function farTail(z: number): number {
  let value = z;
  for (let term = 60; term > 0; term--) value = z + term / value;
  return value * Math.sqrt(2 * Math.PI);
}
