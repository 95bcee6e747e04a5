import type { Graph } from "../onnx/graph.js";

/** A number in, a number out. NaN is missing; whatever else comes in is finite. */
export interface NumberTransform<State> {
  /** All values, in place. */
  apply(state: State, values: Float32Array): void;
  /** The same for one value, to the bit. */
  one(state: State): (value: number) => number;
  /** The same for a float tensor [N, columns]; one state a column. */
  onnx(states: readonly State[], graph: Graph, tensor: string): string;
  /** Whether `onnx` takes several columns at once. */
  readonly together: boolean;
}

/** For transforms whose work on a value is so long that a call more does not matter. */
export const applyOneByOne = (one: (value: number) => number, values: Float32Array): void => {
  for (let index = 0; index < values.length; index++) values[index] = one(values[index]!);
};
