// onnxruntime-node, which is no dependency: its 290 MB are only needed to compare with. Install it in a folder of its own with
// `npm install --ignore-scripts onnxruntime-node` and name that folder by MILLRACE_ONNXRUNTIME.
import { createRequire } from "node:module";
import { join } from "node:path";

/** A session on one thread, which is its fastest for one row; undefined where it is not installed. */
export async function openOnnxPeer(model) {
  const folder = process.env.MILLRACE_ONNXRUNTIME;
  if (!folder) return undefined;
  const { InferenceSession, Tensor } = createRequire(join(folder, "package.json"))("onnxruntime-node");
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const tensorOf = (value) =>
    typeof value === "string"
      ? new Tensor("string", [value], [1, 1])
      : new Tensor("float32", Float32Array.of(value), [1, 1]);
  return (row) =>
    session.run(Object.fromEntries(session.inputNames.map((name, index) => [name, tensorOf(row[index])])));
}
