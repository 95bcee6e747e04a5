import type { Matrix } from "../data/matrix.js";
import type { Random } from "../data/random.js";

export type ParameterValue = number | string | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A fitted model as plain JSON; what else is in it is its family's affair. */
export interface ModelState {
  readonly family: string;
  readonly version: number;
  readonly classes: number;
}

/** Gives the probability of each class for one row of the matrix. */
export type RowModel = (features: Float64Array) => Float64Array;

/** A kind of model. Everything about it that others need is here, so adding one is one file and one line in `families`. */
export interface Family<State extends ModelState = ModelState> {
  readonly name: string;
  readonly defaults: Parameters;
  /** The defaults with what is given in their place; an unknown or wrong parameter is an error that names it. */
  parameters(given: Readonly<Record<string, unknown>>): Parameters;
  /** `y` holds class codes 0 … classes − 1. */
  fit(x: Matrix, y: Int32Array, classes: number, parameters: Parameters, random: Random): State;
  /** rows × classes, row by row. */
  probabilities(state: State, x: Matrix): Float64Array;
  /** The same for one row, to the bit. */
  compile(state: State): RowModel;
}
