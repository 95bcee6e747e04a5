import type { ArtifactRef, DataOf, datasetTransformed, PipelineSpec } from "@millrace/contracts";
import {
  openModel,
  packModel,
  type FeatureDescription,
  type ModelState,
  type PreprocessorState,
} from "@millrace/learning";
import { readJson, type StepContext } from "@millrace/service";
import type { CandidateResult } from "./fit-job.js";

/** The winner as inference loads it, in the store. */
export async function packageWinner(
  model: ModelState,
  winner: CandidateResult,
  event: DataOf<typeof datasetTransformed>,
  { pipeline, artifacts }: Pick<StepContext, "artifacts"> & { readonly pipeline: PipelineSpec },
): Promise<ArtifactRef> {
  const { dataset, classes } = event;
  const bytes = packModel({
    model,
    preprocessor: (await readJson(artifacts, event.preprocessor)) as PreprocessorState,
    classes,
    target: pipeline.target.column,
    positive: pipeline.target.positive,
    features: (await readJson(artifacts, event.descriptions)) as FeatureDescription[],
    metrics: winner.metrics!,
    seed: pipeline.split.seed,
    trainedOn: { rows: dataset.rows.train, digest: dataset.train.digest },
  });
  openModel(bytes);
  return artifacts.put(bytes, { mediaType: "application/vnd.millrace.model", name: "model.millrace" });
}
