import type { ArtifactRef, PipelineSpec } from "@millrace/contracts";
import {
  openModel,
  packModel,
  type FeatureDescription,
  type ModelState,
  type PreprocessorState,
} from "@millrace/learning";
import { readJson, type StepContext } from "@millrace/service";
import type { Decision } from "./decide.js";
import type { Metrics } from "./fit-job.js";
import type { Transformed } from "./load-arrays.js";

/** The winner as inference loads it, in the store. */
export async function packageWinner(
  { model, metrics, decision }: { model: ModelState; metrics: Metrics; decision: Decision },
  event: Transformed,
  { pipeline, artifacts }: Pick<StepContext, "artifacts"> & { readonly pipeline: PipelineSpec },
): Promise<ArtifactRef> {
  const { dataset, classes } = event;
  const { calibration, threshold } = decision;
  const bytes = packModel({
    ...{ model, classes, metrics },
    preprocessor: (await readJson(artifacts, event.preprocessor)) as PreprocessorState,
    ...(calibration && { calibration }),
    ...(threshold !== undefined && { threshold }),
    target: pipeline.target.column,
    positive: pipeline.target.positive,
    features: (await readJson(artifacts, event.descriptions)) as FeatureDescription[],
    seed: pipeline.split.seed,
    trainedOn: { rows: dataset.rows.train, digest: dataset.train.digest },
  });
  openModel(bytes);
  return artifacts.put(bytes, { mediaType: "application/vnd.millrace.model", name: "model.millrace" });
}
