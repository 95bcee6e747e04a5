/**
 * Benjamini and Yekutieli's q: if everything with q ≤ rate is taken for true, no larger share than `rate` of that is expected
 * to be chance; and where all is chance, this is how often anything is found. It holds however the columns depend on each
 * other, as columns of one dataset do. Without that care (Benjamini and Hochberg) q is smaller by 1 + 1/2 + … + 1/n.
 */
export function falseDiscovery(p: readonly number[]): number[] {
  const order = [...p.keys()].sort((one, other) => p[other]! - p[one]!);
  const care = p.reduce((sum, _, at) => sum + 1 / (at + 1), 0);
  const q = p.map(() => 1);
  let least = 1;
  order.forEach((index, at) => {
    least = Math.min(least, (p[index]! * care * p.length) / (p.length - at));
    q[index] = least;
  });
  return q;
}
