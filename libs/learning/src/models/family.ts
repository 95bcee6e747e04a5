import type { Matrix, Numbers } from "../data/matrix.js";
import type { Random } from "../data/random.js";

/** JSON: a family of families has the parameters of its members in its own. */
export type ParameterValue = number | string | boolean | readonly ParameterValue[] | ParameterRecord;
export interface ParameterRecord {
  readonly [name: string]: ParameterValue;
}
export type Parameters = Readonly<Record<string, ParameterValue>>;
export type Task = "classification" | "regression";

/** What a model learns from. */
export interface TrainingData {
  readonly x: Matrix;
  /** Class codes 0 … classes − 1, or the values of a regression. */
  readonly y: Int32Array | Float64Array;
  /** 0 for a regression. */
  readonly classes: number;
  /** How much each row counts; each counts 1 where it is not said. */
  readonly weights?: Float64Array;
  /** The columns of x that hold codes of categories instead of numbers. */
  readonly categorical?: readonly number[];
}

export interface FitContext {
  readonly random: Random;
  /** The result never depends on it. */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** When it says so, the work ends with a problem LEARNING_CANCELLED. */
  readonly signal?: { readonly aborted: boolean };
}

/** A fitted model: JSON, in which arrays of numbers may be typed arrays. What else is in it is its family's affair. */
export interface ModelState {
  readonly family: string;
  readonly version: number;
  /** 0 for a regression. */
  readonly classes: number;
  readonly columns: number;
}

/** Gives the outputs for one row of the matrix: a probability per class, or the one value of a regression. */
export type RowModel = (features: Numbers) => Float64Array;

/** A kind of model. Everything about it that others need is here, so adding one is one file and one line in `families`. */
export interface Family<State extends ModelState = ModelState> {
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly defaults: Parameters;
  /** The defaults with what is given in their place; an unknown or wrong parameter is an error that names it. */
  parameters(given: Readonly<Record<string, unknown>>): Parameters;
  fit(data: TrainingData, parameters: Parameters, context: FitContext): State;
  /** rows × outputs, row by row. */
  predict(state: State, x: Matrix): Float64Array;
  /** The same for one row, to the bit. */
  compile(state: State): RowModel;
}

export const outputsOf = ({ classes }: Pick<ModelState, "classes">): number => Math.max(1, classes);
