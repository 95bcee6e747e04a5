import { ProblemError } from "@millrace/contracts";
import { exportOnnx } from "./export-onnx.js";
import { mlflowModelFile, ONNX_FILE, PYTHON } from "./mlflow-model.js";
import { unpackModel, type ModelPackage } from "../packages/model-package.js";

export interface MlflowFolder {
  /** None where there is a problem. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** Why there is no graph: imputing by `knn`, say, has no operator in ONNX. */
  readonly problem?: ProblemError;
}

/** A package as the folder that `mlflow.pyfunc.load_model` and `mlflow.onnx.load_model` open, with nothing of ours in Python. */
export function mlflowFolder(packed: Uint8Array): MlflowFolder {
  try {
    return { files: filesOf(unpackModel(packed)) };
  } catch (error) {
    if (error instanceof ProblemError) return { files: [], problem: error };
    throw error;
  }
}

function filesOf(content: ModelPackage): MlflowFolder["files"] {
  const texts = {
    MLmodel: mlflowModelFile(content),
    "requirements.txt": `${REQUIREMENTS.join("\n")}\n`,
    "python_env.yaml": `python: "${PYTHON}"\nbuild_dependencies:\n- pip\ndependencies:\n- -r requirements.txt\n`,
    "conda.yaml": `name: mlflow-env\nchannels:\n- conda-forge\ndependencies:\n- python=${PYTHON}\n- pip\n- pip:\n${pipLines}`,
  };
  const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }));
  return [...files, { path: ONNX_FILE, bytes: exportOnnx(content) }];
}

const REQUIREMENTS = ["mlflow", "onnx", "onnxruntime", "pandas"];
const pipLines = REQUIREMENTS.map((name) => `  - ${name}\n`).join("");
