const GOLDEN = 0.3819660112501051;
const TOLERANCE = 1e-9;
const MOST_STEPS = 200;
// Where the least value lies at an end, the interval is moved on, at most to here.
const FARTHEST = 64;

/** Where a function with one valley is least: Brent, "Algorithms for minimization without derivatives", 1973, localmin. */
export function leastBetween(f: (x: number) => number, low: number, high: number): number {
  const x = localMinimum(f, low, high);
  const margin = (high - low) * 1e-3;
  if (x - low < margin && low > -FARTHEST) return leastBetween(f, 2 * low - high, low + margin * 2);
  if (high - x < margin && high < FARTHEST) return leastBetween(f, high - margin * 2, 2 * high - low);
  return x;
}

function localMinimum(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let x = a + GOLDEN * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [step, before] = [0, 0];
  for (let count = 0; count < MOST_STEPS; count++) {
    const middle = (a + b) / 2;
    const tolerance = TOLERANCE * Math.abs(x) + TOLERANCE / 4;
    if (Math.abs(x - middle) <= 2 * tolerance - (b - a) / 2) return x;
    const parabola = parabolaStep({ x, w, v, fx, fw, fv });
    const golden = x < middle ? b - x : a - x;
    const useful = Math.abs(parabola) < Math.abs(before / 2) && x + parabola > a && x + parabola < b;
    [before, step] = useful ? [step, parabola] : [golden, GOLDEN * golden];
    const u = x + (Math.abs(step) >= tolerance ? step : Math.sign(step) * tolerance);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, w, x] = [w, x, u];
      [fv, fw, fx] = [fw, fx, fu];
      continue;
    }
    if (u < x) a = u;
    else b = u;
    if (fu <= fw || w === x) [v, w, fv, fw] = [w, u, fw, fu];
    else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
  }
  return x;
}

interface Points {
  readonly x: number;
  readonly w: number;
  readonly v: number;
  readonly fx: number;
  readonly fw: number;
  readonly fv: number;
}

/** From x to the lowest point of the parabola through three points; NaN where they make none. */
function parabolaStep({ x, w, v, fx, fw, fv }: Points): number {
  const r = (x - w) * (fx - fv);
  const q = (x - v) * (fx - fw);
  const denominator = 2 * (q - r);
  return denominator === 0 ? NaN : -((x - v) * q - (x - w) * r) / denominator;
}
