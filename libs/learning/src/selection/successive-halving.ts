import { randomProposals, valueOf, type Proposal, type Strategy, type StrategyOptions } from "./search-strategy.js";

export interface HalvingOptions {
  /** One in so many goes on, with so many times the rows. */
  readonly factor?: number;
  /** The share of the rows with which the first ones learn. */
  readonly leastShare?: number;
}

/** Many points learn from few rows, the best of them from more (Jamieson & Talwalkar 2016). */
export function successiveHalving(
  { candidates, trials, sign, random }: StrategyOptions,
  { factor = 3, leastShare = 1 / 9 }: HalvingOptions,
): Strategy {
  const log = (value: number) => Math.log(value) / Math.log(factor);
  // A hair more, so that the ninth part is two thirds of thirds.
  const last = Math.max(0, Math.floor(Math.min(log(trials), log(1 / leastShare)) + 1e-9));
  const shareOf = (rung: number) => (rung === last ? 1 : factor ** (rung - last));
  const sizes = Array.from({ length: last + 1 }, (_, rung) => Math.max(1, Math.floor(trials / factor ** rung)));
  return {
    total: sizes.reduce((sum, size) => sum + size, 0),
    next(finished, rung): Proposal[] {
      if (rung > last) return [];
      const share = shareOf(rung);
      if (rung === 0) return randomProposals(candidates, trials, new Set(), random.fork("points"), { share });
      const before = finished.filter((trial) => trial.share === shareOf(rung - 1) && trial.problem === undefined);
      const best = [...before].sort((a, b) => valueOf(b, sign) - valueOf(a, sign)).slice(0, sizes[rung]);
      return best.map(({ family, params }) => ({ family, params, share }));
    },
  };
}
