import type { MessagePort } from "node:worker_threads";

/** As much of onnxruntime as is used here: the same for its native and its WebAssembly build. */
export interface OnnxRuntime {
  readonly env: { wasm: { numThreads?: number }; logLevel?: string };
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OnnxSession> };
  readonly Tensor: new (type: TensorType, data: TensorData, dims: readonly number[]) => object;
}

export type TensorType = "float32" | "float64" | "int64" | "int32" | "bool" | "string";
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];

export interface OnnxSession {
  readonly inputMetadata: readonly ValueMetadata[];
  readonly outputMetadata: readonly ValueMetadata[];
  run(
    feeds: Readonly<Record<string, object>>,
    fetches: readonly string[],
  ): Promise<Record<string, { data: TensorData; dims: readonly number[] }>>;
}

export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  /** A text stands for a size that is not fixed. */
  readonly shape?: readonly (number | string)[];
}

export interface Feed {
  readonly name: string;
  readonly type: TensorType;
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface Fetched {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

/** What the thread that holds a session is sent, and what it says. */
export interface ThreadStart {
  readonly onnx: Uint8Array;
  readonly port: MessagePort;
  /** Counts up with each answer; the asking thread sleeps on it. */
  readonly answered: Int32Array;
}
export type ThreadReady =
  | {
      readonly kind: "ready";
      readonly runtime: string;
      inputs: readonly ValueMetadata[];
      outputs: readonly ValueMetadata[];
    }
  | { readonly kind: "failed"; readonly code: "ONNX_RUNTIME_MISSING" | "ONNX_UNREADABLE"; readonly message: string };
export interface ThreadQuestion {
  readonly feeds: readonly Feed[];
  readonly fetches: readonly string[];
}
export type ThreadAnswer = { readonly outputs: readonly Fetched[] } | { readonly error: string };
