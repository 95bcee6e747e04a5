export { checkPackage, type CheckOptions, type PackageCheck } from "./check-package.js";
export { isOnnxPackage, ONNX_PACKAGE_TYPE, packOnnx, unpackOnnx, type OnnxPackage } from "./onnx-package.js";
export { openPackage } from "./open-package.js";
export type { ServableModel } from "./servable-model.js";
