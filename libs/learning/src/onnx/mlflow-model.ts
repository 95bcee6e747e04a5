import { canonicalJson } from "@millrace/contracts";
import { onnxInputs } from "../preprocessing/preprocessor-to-onnx.js";
import type { ModelPackage } from "../packages/model-package.js";
import { outputNames } from "./output-names.js";

export const ONNX_FILE = "model.onnx";

/** For those who build an environment from the folder; any other Python that has onnxruntime does as well. */
export const PYTHON = "3.11";

/**
 * The file `MLmodel` that, beside model.onnx, makes a folder a model of MLflow's onnx flavor. Its signature is of tensors
 * [N, 1], so that mlflow.pyfunc makes them of a DataFrame's columns. JSON, which YAML readers take.
 */
export function mlflowModelFile(content: Pick<ModelPackage, "classes" | "features" | "preprocessor">): string {
  const { label, probabilities } = outputNames(
    content.classes,
    content.features.map(({ name }) => name),
  );
  const inputs = onnxInputs(content.preprocessor).map(({ name, type }) => tensor(name, pythonTypes[type], [-1, 1]));
  const labelType = content.classes.length === 0 ? "float32" : "str";
  const outputs = [tensor(label, labelType, [-1]), ...probabilities.map((name) => tensor(name, "float32", [-1]))];
  return canonicalJson({
    flavors: {
      onnx: { data: ONNX_FILE, providers: ["CPUExecutionProvider"], code: null },
      python_function: {
        ...{ data: ONNX_FILE, loader_module: "mlflow.onnx", python_version: PYTHON },
        env: { conda: "conda.yaml", virtualenv: "python_env.yaml" },
      },
    },
    signature: {
      inputs: JSON.stringify(inputs),
      outputs: JSON.stringify(outputs),
      params: null,
    },
  });
}

const pythonTypes = { float: "float32", double: "float64", string: "object" } as const;

const tensor = (name: string, dtype: string, shape: readonly number[]) => ({
  name,
  type: "tensor",
  "tensor-spec": { dtype, shape },
});
