import { gridOf } from "./search-space.js";
import { proposalOf, type Proposal, type Strategy, type StrategyOptions } from "./search-strategy.js";

/** Every combination; the candidates take turns, so that a search that runs out of time has tried all of them. */
export function gridSearch({ candidates, trials, round }: StrategyOptions): Strategy {
  const grids = candidates.map((candidate) => gridOf(candidate).map((point) => proposalOf(candidate, point)));
  const longest = Math.max(...grids.map((grid) => grid.length));
  const all: Proposal[] = [];
  for (let turn = 0; turn < longest; turn++) all.push(...grids.flatMap((grid) => grid.slice(turn, turn + 1)));
  const wanted = all.slice(0, trials);
  return { next: (_, number) => wanted.slice(number * round, (number + 1) * round), total: wanted.length };
}
