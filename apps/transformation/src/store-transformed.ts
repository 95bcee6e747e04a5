import { ProblemError, type PipelineSpec, type Problem } from "@millrace/contracts";
import { categoricalOutputs, exportPreprocessorOnnx } from "@millrace/learning";
import { writeJson, type StepContext } from "@millrace/service";
import { featurePage, type FeatureReport } from "./feature-page.js";
import { storeArray, storeTraining } from "./store-arrays.js";
import type { Features } from "./features.js";
import type { Transformed } from "./transform-job.js";

/** The preprocessor, what it made of the rows, and the reports about both. */
export async function storeTransformed(
  { artifacts, pipeline }: Pick<StepContext, "artifacts"> & { readonly pipeline: PipelineSpec },
  made: Transformed,
  { trainY, testY }: { trainY: Int32Array; testY: Int32Array },
): Promise<Omit<Features, "folds" | "classes" | "sample">> {
  const onnx = onnxOf(made);
  const report = reportOf(pipeline.name, made, onnx.problem);
  const [x, y, testX, testYRef] = await Promise.all([
    storeArray(artifacts, "train-x.npy", made.matrix),
    storeArray(artifacts, "train-y.npy", trainY),
    storeArray(artifacts, "test-x.npy", made.testX),
    storeArray(artifacts, "test-y.npy", testY),
  ]);
  const put = (name: string, mediaType: string, bytes: Uint8Array) => artifacts.put(bytes, { mediaType, name });
  const [training, preprocessor, descriptions, reportRef, page, graph] = await Promise.all([
    storeTraining(artifacts, made, { x, y }),
    writeJson(artifacts, "preprocessor.json", made.state),
    writeJson(artifacts, "inputs.json", made.descriptions),
    writeJson(artifacts, "features.json", report),
    put("features.html", "text/html", Buffer.from(featurePage(report))),
    onnx.bytes && put("preprocessor.onnx", "application/onnx", onnx.bytes),
  ]);
  return {
    ...{ preprocessor, descriptions, report: reportRef, page, ...(graph && { onnx: graph }) },
    inputs: made.state.inputs.map(({ name }) => name),
    features: [...made.state.outputs],
    categorical: categoricalOutputs(made.state),
    arrays: { trainX: x, trainY: y, testX, testY: testYRef },
    training,
  };
}

/** Some steps have no operator in ONNX: the flow needs none, so that is told and no more. */
function onnxOf({ state, descriptions }: Transformed): { bytes?: Uint8Array; problem?: Problem } {
  try {
    return { bytes: exportPreprocessorOnnx(state, descriptions) };
  } catch (error) {
    if (error instanceof ProblemError) return { problem: error.problem };
    throw error;
  }
}

const reportOf = (pipeline: string, { matrix, data, before, after }: Transformed, onnx?: Problem): FeatureReport => ({
  ...{ pipeline, rows: matrix.rows, before, after, learned: data.x.rows, ...(onnx && { onnx }) },
});
