import { resamplingOf, type PipelineSpec } from "@millrace/contracts";
import { resamplerNamed, type Parameters, type PreprocessStep, type Resample } from "@millrace/learning";
import type { ResampleData } from "@millrace/learning";

/** The preprocessing of a pipeline as the learning engine takes it: what is derived comes first. */
export function stepsOf({ features, preprocess }: Pick<PipelineSpec, "features" | "preprocess">): PreprocessStep[] {
  const derived = Object.keys(features.derive).length > 0 ? [{ derive: features.derive }] : [];
  return [...derived, ...preprocess];
}

/** How the rows that are learned from are resampled, as plain data: it goes to a thread. */
export interface Resampling {
  readonly with: string;
  readonly params: Parameters;
}

export function resamplingBy({ resample }: Pick<PipelineSpec, "resample">): Resampling | undefined {
  const resampling = resamplingOf(resample);
  if (resampling.with === "none") return undefined;
  // An unknown parameter is refused here, before anything is computed.
  resamplerNamed(resampling.with).parameters(resampling.params);
  return resampling;
}

export function resampleOf({ with: name, params }: Resampling): Resample {
  const resampler = resamplerNamed(name);
  const parameters = resampler.parameters(params);
  return (data, context) => resampler.resample(data as ResampleData, parameters, context);
}
