import type { ArtifactRef, PipelineSpec } from "@millrace/contracts";
import {
  openModel,
  packModel,
  type FeatureDescription,
  type ModelPackage,
  type ModelState,
  type PreprocessorState,
} from "@millrace/learning";
import { readJson, type StepContext } from "@millrace/service";
import type { Decision } from "./decide.js";
import type { Metrics } from "./fit-job.js";
import type { Transformed } from "./load-arrays.js";
import { storeProbe } from "./store-probe.js";

export interface Packaged {
  readonly package: ArtifactRef;
  readonly probe: ArtifactRef;
}

/** The winner as inference loads it, in the store. */
export async function packageWinner(
  { model, metrics, decision }: { model: ModelState; metrics: Metrics; decision: Decision },
  event: Transformed,
  { pipeline, artifacts }: Pick<StepContext, "artifacts"> & { readonly pipeline: PipelineSpec },
): Promise<Packaged> {
  const { dataset, classes } = event;
  const { calibration, threshold } = decision;
  const made: ModelPackage = {
    ...{ model, classes, metrics },
    preprocessor: (await readJson(artifacts, event.preprocessor)) as PreprocessorState,
    ...(calibration && { calibration }),
    ...(threshold !== undefined && { threshold }),
    target: pipeline.target.column,
    positive: pipeline.target.positive,
    features: (await readJson(artifacts, event.descriptions)) as FeatureDescription[],
    seed: pipeline.split.seed,
    trainedOn: { rows: dataset.rows.train, digest: dataset.train.digest },
  };
  const bytes = packModel(made);
  openModel(bytes);
  return {
    package: await artifacts.put(bytes, { mediaType: "application/vnd.millrace.model", name: "model.millrace" }),
    probe: await storeProbe(made, event, { artifacts }),
  };
}
