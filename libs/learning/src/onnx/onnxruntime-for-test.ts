import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Matrix } from "../data/matrix.js";
import { encodeModel } from "./encode-model.js";
import type { Graph } from "./graph.js";
import { newGraph } from "./new-graph.js";

export interface Feed {
  readonly name: string;
  readonly type: "float32" | "float64" | "string";
  readonly values: Float32Array | Float64Array | readonly string[];
  readonly shape: readonly number[];
}

export interface Answer {
  readonly name: string;
  readonly values: ArrayLike<number | string>;
  readonly shape: readonly number[];
}

export interface OnnxRuntime {
  /** The outputs of a model, in their order. */
  run(model: Uint8Array, feeds: readonly Feed[]): Promise<readonly Answer[]>;
  stop(): Promise<unknown>;
}

/** onnxruntime itself, from its package for WebAssembly. */
export function startOnnxRuntime(): OnnxRuntime {
  const worker = new Worker(join(__dirname, "../../fixtures/run-onnx.mjs"));
  // It holds the process only while a question is open.
  worker.unref();
  let asked = 0;

  const run = (model: Uint8Array, feeds: readonly Feed[]) =>
    new Promise<readonly Answer[]>((resolve, reject) => {
      const id = asked++;
      const answered = (answer: { id: number; outputs?: readonly Answer[]; error?: string }) => {
        if (answer.id !== id) return;
        worker.off("message", answered).off("error", reject).unref();
        if (answer.outputs) resolve(answer.outputs);
        else reject(new Error(answer.error));
      };
      worker.on("message", answered).on("error", reject).ref();
      worker.postMessage({ id, model, feeds });
    });

  return { run, stop: () => worker.terminate() };
}

/** What a part of a graph makes of a float matrix: doubles, row by row. */
export async function partInRuntime(
  runtime: OnnxRuntime,
  { rows, columns, values }: Matrix,
  part: (graph: Graph, x: string) => string,
): Promise<Float64Array> {
  const graph = newGraph(["x", "outputs"]);
  graph.name(part(graph, "x"), "outputs");
  const model = encodeModel({
    ...{ name: "part", producer: { name: "millrace", version: "2" }, nodes: graph.nodes, constants: graph.constants },
    inputs: [{ name: "x", type: "float", shape: ["N", columns] }],
    outputs: [{ name: "outputs", type: "double", shape: ["N", "outputs"] }],
    metadata: {},
  });
  const feed = { name: "x", type: "float32", values: Float32Array.from(values), shape: [rows, columns] } as const;
  return (await runtime.run(model, [feed]))[0]!.values as Float64Array;
}

/** How far two lists are apart at most. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
