import type { Graph } from "../onnx/graph.js";
import type { Expression, ValueKind } from "./syntax.js";

/**
 * A value of the row that is being looked at. A number is a float32, or NaN where it is missing; a bool is 0, 1 or NaN;
 * a text is undefined where it is missing.
 */
export type Value = number | string | undefined;
export type Compute = () => Value;
export type ComputeNumber = () => number;

/** What an argument may be: a kind; any; the same kind as the other "same" ones; a number written out; a column of the data. */
export type Parameter = ValueKind | "any" | "same" | "constant" | "date";

/** An operator or a function of the language. Everything about it is in one place. */
export interface Operation {
  readonly takes: readonly Parameter[];
  /** Any number of further arguments, each of this kind. */
  readonly more?: Parameter;
  readonly gives: ValueKind | "same";
  readonly compute: (given: readonly Compute[], expressions: readonly Expression[]) => Compute;
  /** The same in ONNX: names of tensors [N, 1] (constants [1, 1]) to the name of a tensor. A missing text is "". */
  readonly onnx: (graph: Graph, given: readonly string[], about: OnnxCall) => string;
}

export interface OnnxCall {
  readonly expressions: readonly Expression[];
  /** The kinds of the arguments. */
  readonly kinds: readonly ValueKind[];
  /** Refuses what ONNX has no operator for. */
  readonly refuse: (why: string) => never;
}

export const asNumbers = (given: readonly Compute[]): readonly ComputeNumber[] => given as readonly ComputeNumber[];

/** A result that is no finite float32 is missing: so is what is divided by 0, or the logarithm of 0. */
export function finite(value: number): number {
  const rounded = Math.fround(value);
  return rounded - rounded === 0 ? rounded : NaN;
}
