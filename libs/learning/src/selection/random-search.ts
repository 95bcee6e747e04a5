import { randomProposals, type Strategy, type StrategyOptions } from "./search-strategy.js";

/** Points by chance (Bergstra & Bengio 2012); the candidates take turns. */
export function randomSearch({ candidates, trials, round, random }: StrategyOptions): Strategy {
  return {
    total: trials,
    next(finished, number) {
      const count = Math.min(round, trials - finished.length);
      const draw = random.fork(`round ${number}`);
      return randomProposals(candidates, count, new Set(finished.map(({ id }) => id)), draw, {
        first: finished.length,
      });
    },
  };
}
