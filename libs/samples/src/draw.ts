/** Numbers drawn in the same order for the same seed, on every machine. */
export interface Draw {
  /** In [0, 1). */
  next(): number;
  normal(mean?: number, deviation?: number): number;
  /** One of the items, each as likely as its weight says. */
  pick<Item>(items: readonly (readonly [item: Item, weight: number])[]): Item;
  /** How often something happens that happens `mean` times in the middle. */
  poisson(mean: number): number;
  chance(probability: number): boolean;
}

export function seededDraw(seed: number): Draw {
  const next = mulberry(seed);
  const chance = (probability: number) => next() < probability;
  const normal = (mean = 0, deviation = 1) =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, normal, chance, pick: (items) => pick(items, next()), poisson: (mean) => poisson(mean, next) };
}

function pick<Item>(items: readonly (readonly [Item, number])[], share: number): Item {
  const total = items.reduce((sum, [, weight]) => sum + weight, 0);
  let left = share * total;
  for (const [item, weight] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return items.at(-1)![0];
}

/** Knuth's way: right for the small means of these samples. */
function poisson(mean: number, next: () => number): number {
  const end = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > end; count++) product *= next();
  return count;
}

/** Tommy Ettinger's Mulberry32, with the bits of the seed spread first. */
function mulberry(seed: number): () => number {
  let state = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const logistic = (score: number): number => 1 / (1 + Math.exp(-score));
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));
export const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
