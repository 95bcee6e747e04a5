import { encoderOf } from "./encoders.js";
import type { ChainState, PreprocessorState } from "./preprocessor-state.js";

/** The names of the columns that come out of a chain. */
export function chainOutputs({ column, encoder, indicator }: ChainState): string[] {
  const names = encoder ? encoderOf(encoder).outputs(encoder, column) : [column];
  return indicator ? [...names, `${column} (missing)`] : names;
}

export const chainWidth = (chain: ChainState): number => chainOutputs(chain).length;

export interface PlacedChain {
  readonly chain: ChainState;
  /** Its first column of the matrix. */
  readonly offset: number;
  readonly width: number;
}

export function placedChains({ chains }: PreprocessorState): PlacedChain[] {
  let next = 0;
  return chains.map((chain) => {
    const [offset, width] = [next, chainWidth(chain)];
    next += width;
    return { chain, offset, width };
  });
}

/** The columns of the matrix that hold codes of categories, for models that ask for categories themselves. */
export const categoricalOutputs = (state: PreprocessorState): number[] =>
  placedChains(state).flatMap(({ chain, offset }) => (chain.encoder?.encode === "native" ? [offset] : []));
