/** ln Γ(x) for x > 0, by Lanczos's approximation. */
export function logGamma(x: number): number {
  const series = coefficients.reduce((sum, coefficient, at) => sum + coefficient / (x + at + 1), 1.000000000190015);
  const base = x + 5.5;
  return (x + 0.5) * Math.log(base) - base + Math.log((2.5066282746310005 * series) / x);
}

const coefficients = [
  76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3,
  -5.395239384953e-6,
];

/** The share of a gamma distribution of this shape that is above x. */
export function upperGamma(shape: number, x: number): number {
  if (x <= 0) return 1;
  const factor = Math.exp(-x + shape * Math.log(x) - logGamma(shape));
  return x < shape + 1 ? 1 - factor * lowerSeries(shape, x) : factor * upperFraction(shape, x);
}

function lowerSeries(shape: number, x: number): number {
  let [term, sum] = [1 / shape, 1 / shape];
  for (let at = 1; at < 10_000 && term > sum * 1e-16; at++) {
    term *= x / (shape + at);
    sum += term;
  }
  return sum;
}

/** Lentz's way to work out a continued fraction. */
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let found = d;
  for (let at = 1; at < 10_000; at++) {
    const a = -at * (at - shape);
    b += 2;
    d = 1 / nonzero(a * d + b);
    c = nonzero(b + a / c);
    found *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return found;
}

const nonzero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
