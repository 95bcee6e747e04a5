import { openModel } from "@millrace/learning";
import { isOnnxPackage, unpackOnnx } from "./onnx-package.js";
import { openOnnxModel } from "./open-onnx-model.js";
import { prepareInThread } from "./prepare-in-thread.js";
import type { ServableModel } from "./servable-model.js";

/** Opening a package of this size takes about two milliseconds; larger ones are prepared by another thread. */
const LARGE_BYTES = 512 * 1024;

/** Makes any package ready to serve: ours, or an ONNX model with its schema. */
export async function openPackage(bytes: Uint8Array): Promise<ServableModel> {
  if (isOnnxPackage(bytes)) return openOnnxModel(unpackOnnx(bytes));
  return bytes.length < LARGE_BYTES ? openModel(bytes) : openModel(bytes, await prepareInThread(bytes));
}
