export type TensorValues =
  | { readonly type: "float" | "double"; readonly values: ArrayLike<number> }
  | { readonly type: "int64"; readonly values: readonly (number | bigint)[] }
  | { readonly type: "bool"; readonly values: readonly boolean[] }
  | { readonly type: "string"; readonly values: readonly string[] };

export type Tensor = TensorValues & { readonly shape: readonly number[] };

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor };

export type Attributes = Readonly<Record<string, Attribute>>;

/** An ONNX graph that is being built. A raw column is a tensor [N, 1] of floats or strings, a matrix is [N, columns]. */
export interface Graph {
  /** Adds an operator and gives the name of its only output. */
  add(operator: string, inputs: readonly string[], attributes?: Attributes, domain?: "" | "ai.onnx.ml"): string;
  /** The same for an operator with several outputs. */
  addMany(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Attributes,
    domain?: "" | "ai.onnx.ml",
  ): readonly string[];
  /** A constant of the graph; the same tensor given twice is there once. */
  constant(tensor: Tensor): string;
}
