import {
  datasetTransformed,
  modelTrained,
  ProblemError,
  sentenceOf,
  type ArtifactRef,
  type DataOf,
  type PipelineSpec,
} from "@millrace/contracts";
import {
  decodeNpy,
  describeFeatures,
  openModel,
  packModel,
  type Matrix,
  type PreprocessorState,
} from "@millrace/learning";
import { readJson, readTableArtifact, step, type StepContext } from "@millrace/service";
import type { CandidateResult, FitJob, FitResult } from "./fit-job.js";
import { fitInThread } from "./fit-pool.js";
import { logTraining } from "./log-training.js";

type Transformed = DataOf<typeof datasetTransformed>;

/** Tries every candidate, chooses one, fits it on all training rows and packages it as inference loads it. */
export const train = step({
  name: "train",
  on: datasetTransformed,
  emits: [modelTrained],
  pure: true,
  long: true,
  async run(transformed, context) {
    const { pipeline, artifacts, progress, signal } = context;
    const job = await jobOf(transformed, pipeline, artifacts);
    const onProgress = (message: string, done: number, total: number) => progress(message, { done, total });
    const result = await fitInThread(job, { onProgress, signal });
    const winner = winnerOf(result, pipeline.name);
    const bytes = packModel({
      model: result.model!,
      preprocessor: (await readJson(artifacts, transformed.preprocessor)) as PreprocessorState,
      classes: job.classes,
      target: pipeline.target.column,
      positive: pipeline.target.positive,
      features: describeFeatures(job.table, job.features),
      metrics: winner.metrics!,
      seed: pipeline.split.seed,
      trainedOn: { rows: job.table.rows, digest: transformed.dataset.train.digest },
    });
    openModel(bytes);
    progress(outcomeOf(result, winner, pipeline.select.metric));
    const packed = await artifacts.put(bytes, { mediaType: "application/vnd.millrace.model", name: "model.millrace" });
    const { spec, dataset } = transformed;
    return modelTrained({
      ...{ pipeline: pipeline.name, spec, dataset, package: packed, evaluation: 1 },
      ...{ family: winner.family, metrics: winner.metrics!, candidates: result.candidates },
      tracking: await logTraining(transformed, result, winner, context),
    });
  },
});

/** Which candidate won, and which ones could not take part: a row limit, say. */
function outcomeOf({ candidates }: FitResult, winner: CandidateResult, metric: string): string {
  const won = `${winner.family} won: ${metric} ${winner.metrics![metric]?.toFixed(4)}`;
  const out = candidates.flatMap(({ family, problem }) =>
    problem ? [`${family} was not fitted: ${sentenceOf(problem)}`] : [],
  );
  return [won, ...out].join("; ");
}

async function jobOf(
  transformed: Transformed,
  pipeline: PipelineSpec,
  artifacts: StepContext["artifacts"],
): Promise<FitJob> {
  const { dataset, inputs, classes, arrays } = transformed;
  return {
    ...{ pipeline, classes, features: inputs, table: await readTableArtifact(artifacts, dataset.train) },
    matrix: (await npy(artifacts, arrays.trainX)) as Matrix,
    labels: (await npy(artifacts, arrays.trainY)) as Int32Array,
  };
}

const npy = async (artifacts: StepContext["artifacts"], ref: ArtifactRef) => decodeNpy(await artifacts.get(ref));

function winnerOf({ candidates, winner }: FitResult, pipeline: string): CandidateResult {
  if (winner >= 0) return candidates[winner]!;
  const reasons = candidates.map(({ family, problem }) => `${family}: ${problem && sentenceOf(problem)}`);
  throw new ProblemError({
    code: "NO_CANDIDATE_FITTED",
    where: pipeline,
    message: `no candidate could be fitted. ${reasons.join(" ")}`,
    remedy: "Change the data or `candidates` in pipeline.yaml.",
  });
}
