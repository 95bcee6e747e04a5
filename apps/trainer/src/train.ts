import {
  datasetTransformed,
  modelTrained,
  ProblemError,
  sentenceOf,
  type ArtifactRef,
  type DataOf,
  type PipelineSpec,
} from "@millrace/contracts";
import { openMemo, step, type StepContext } from "@millrace/service";
import { makeBest, type Choice } from "./choose-candidate.js";
import type { CandidateResult, Fitter } from "./fit-job.js";
import { fitInThreads } from "./fit-pool.js";
import { loadFold, loadTraining } from "./load-arrays.js";
import { logTraining } from "./log-training.js";
import { packageWinner } from "./package-winner.js";
import { tryCandidates, type Metrics } from "./try-candidates.js";

/** Raise it when the same folds and candidates give other models: what was fitted before is not taken over then. */
const VERSION = 2;

type Transformed = DataOf<typeof datasetTransformed>;
type Context = Pick<StepContext, "artifacts" | "records" | "clock" | "progress"> & { readonly pipeline: PipelineSpec };

/** Tries every candidate, chooses one, fits it on all training rows and packages it as inference loads it. */
export const train = step({
  name: "train",
  version: VERSION,
  on: datasetTransformed,
  emits: [modelTrained],
  pure: true,
  long: true,
  async run(transformed, context) {
    const { pipeline, progress, signal } = context;
    const { candidates, winner, made } = await chooseModel(transformed, context, fitInThreads({ signal }));
    const won = winnerOf({ candidates, winner }, pipeline.name);
    progress(outcomeOf(candidates, won, pipeline.select.metric));
    const { spec, dataset, sample } = transformed;
    return modelTrained({
      ...{ pipeline: pipeline.name, spec, dataset, package: made!, evaluation: 1 },
      ...{ family: won.family, metrics: won.metrics!, candidates, ...(sample && { sample }) },
      tracking: await logTraining(transformed, candidates, won, context),
    });
  },
});

/** The candidates with their scores, and the package of the best. What an earlier run fitted is not fitted again. */
export async function chooseModel(
  transformed: Transformed,
  context: Context,
  fitter: Fitter,
): Promise<Choice<ArtifactRef>> {
  const { pipeline, artifacts, progress } = context;
  const scores = openMemo<readonly Metrics[]>("candidate", VERSION, context);
  const packages = openMemo<ArtifactRef>("model", VERSION, context);
  const scoredOn = contentOfScores(transformed, pipeline);
  const results = await tryCandidates(
    {
      ...{ pipeline, candidates: pipeline.candidates, classes: transformed.classes, folds: transformed.folds.length },
      loadFold: (fold) => loadFold(artifacts, transformed, fold),
      recall: (candidate) => scores.recall({ ...scoredOn, candidate }),
      keep: (candidate, folds) => scores.keep({ ...scoredOn, candidate }, folds),
    },
    fitter,
    (message, done, total) => progress(message, { done, total }),
  );
  return makeBest(results, pipeline.select.metric, async (result, index) => {
    const candidate = pipeline.candidates[index]!;
    const content = { ...scoredOn, ...contentOfPackage(transformed, pipeline), candidate };
    const known = await packages.recall(content);
    if (known !== undefined) return known;
    progress(`fitting ${candidate.model} on all training rows`);
    const model = await fitter.fit(candidate, await loadTraining(artifacts, transformed), pipeline.split.seed);
    const packed = await packageWinner(model, result, transformed, context);
    await packages.keep(content, packed);
    return packed;
  });
}

/** All that a candidate's scores depend on, beside itself: the bytes of the folds. */
const contentOfScores = ({ folds, classes }: Transformed, { target, split }: PipelineSpec) => ({
  folds: folds.map(({ train, test, categorical }) => ({ train: digestsOf(train), test: digestsOf(test), categorical })),
  ...{ classes, positive: target.positive ?? null, seed: split.seed },
});

const contentOfPackage = (event: Transformed, { target }: PipelineSpec) => ({
  ...{ training: digestsOf(event.training), categorical: event.categorical, target: target.column },
  ...{ preprocessor: event.preprocessor.digest, descriptions: event.descriptions.digest },
  trainedOn: { rows: event.dataset.rows.train, digest: event.dataset.train.digest },
});

const digestsOf = ({ x, y, weights }: Transformed["training"]) => [x.digest, y.digest, weights?.digest ?? null];

/** Which candidate won, and which ones could not take part: a row limit, say. */
function outcomeOf(candidates: readonly CandidateResult[], winner: CandidateResult, metric: string): string {
  const won = `${winner.family} won: ${metric} ${winner.metrics![metric]?.toFixed(4)}`;
  const out = candidates.flatMap(({ family, problem }) =>
    problem ? [`${family} was not fitted: ${sentenceOf(problem)}`] : [],
  );
  return [won, ...out].join("; ");
}

function winnerOf({ candidates, winner }: Choice<never>, pipeline: string): CandidateResult {
  if (winner >= 0) return candidates[winner]!;
  const reasons = candidates.map(({ family, problem }) => `${family}: ${problem && sentenceOf(problem)}`);
  throw new ProblemError({
    code: "NO_CANDIDATE_FITTED",
    where: pipeline,
    message: `no candidate could be fitted. ${reasons.join(" ")}`,
    remedy: "Change the data or `candidates` in pipeline.yaml.",
  });
}
