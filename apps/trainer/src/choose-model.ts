import { millisecondsOf, ProblemError, sentenceOf, type ArtifactRef, type PipelineSpec } from "@millrace/contracts";
import { unpackModel, type ModelState } from "@millrace/learning";
import { makeBest } from "./choose-candidate.js";
import { decide, loadOutOfFold, refuseThreshold, type Decision } from "./decide.js";
import { ownFault } from "./do-job.js";
import type { CandidateResult } from "./fit-job.js";
import type { ForTraining, JobBoard } from "./job-board.js";
import { isProblem, keyOfPackage, type JobResult } from "./job.js";
import { contentOfFold, digestsOf, loadTraining, type Transformed } from "./load-arrays.js";
import { packageWinner, type Packaged } from "./package-winner.js";
import type { PipelineContext } from "./pipeline-context.js";
import { openProgress } from "./progress.js";
import { searchedOf } from "./search-space.js";
import { bestOfEach, tryCandidates, type BestOfCandidate, type Tried } from "./try-candidates.js";

/** What came of a training, before it is told to anybody. */
export interface Trained {
  readonly tried: Tried;
  readonly candidates: readonly CandidateResult[];
  readonly winner: Required<BestOfCandidate>;
  readonly decision: Decision;
  readonly package: { readonly ref: ArtifactRef; readonly probe: ArtifactRef; readonly model: ModelState };
  /** The floors that the best misses; it is rejected then. */
  readonly missed: readonly string[];
  readonly sentence: string;
}

type Made = Pick<Trained, "decision" | "package">;

/** Tries all candidates, and fits and packages the best. What was done before, in this run or another, is not done again. */
export async function chooseModel(event: Transformed, context: PipelineContext, board: JobBoard): Promise<Trained> {
  const { pipeline, progress, clock, signal, run } = context;
  const { select } = pipeline;
  refuseThreshold(event, pipeline);
  const about: ForTraining = { training: run, timeoutMs: millisecondsOf(select.timeout), signal };
  const searched = searchedOf(pipeline.candidates);
  const tried = await tryCandidates(searched, {
    ...{ pipeline, classes: event.classes, folds: event.folds },
    run: (job, withdrawn) => board.run(job, about, withdrawn),
    progress: openProgress(select.metric, progress, () => clock().getTime()),
  });
  const best = bestOfEach(searched, tried, select.metric);
  const make = (winner: Required<BestOfCandidate>) => makeModel(winner, event, { context, board, about });
  const choice = await makeBest<Made>(best, select, make);
  const candidates = choice.candidates.map(({ result }) => result);
  if (choice.made === undefined) throw nothingFitted(candidates, pipeline.name);
  const winner = choice.candidates[choice.winner] as Required<BestOfCandidate>;
  const sentence = outcomeOf({ tried, candidates, winner: winner.result, missed: choice.missed }, select.metric);
  return { tried, candidates, winner, ...choice.made, missed: choice.missed, sentence };
}

interface Means {
  readonly context: PipelineContext;
  readonly board: JobBoard;
  readonly about: ForTraining;
}

/** The winner's calibration and threshold, and its model of all rows with them in a package. */
async function makeModel(winner: Required<BestOfCandidate>, event: Transformed, means: Means): Promise<Made> {
  const { context, board, about } = means;
  const { artifacts, pipeline } = context;
  const decision = decide(await loadOutOfFold(winner.setting.outOfFold, event, context), pipeline);
  const key = keyOfPackage(contentOfPackage(event, pipeline, winner));
  const result = await board.once(key, about, () => fitAndPackage(winner, event, decision, means));
  if (isProblem(result)) throw new ProblemError(result.problem);
  const { package: ref, probe } = result as Packaged;
  return { decision, package: { ref, probe, model: unpackModel(await artifacts.get(ref)).model } };
}

async function fitAndPackage(
  { setting, result }: Required<BestOfCandidate>,
  event: Transformed,
  decision: Decision,
  { context, board, about }: Means,
): Promise<JobResult> {
  const { family, params } = setting;
  context.progress(`fitting ${family} on all training rows`);
  const data = await loadTraining(context.artifacts, event);
  return ownFault(about.training, about.signal, about.timeoutMs, async (signal) => {
    const model = await board.fitter.fit({ family, params }, data, context.pipeline.split.seed, signal);
    return packageWinner({ model, metrics: result.metrics!, decision }, event, context);
  });
}

/** All that the package depends on: the rows, the folds that calibrate it, and what pipeline.yaml says of it. */
const contentOfPackage = (
  event: Transformed,
  { target, split, calibrate, threshold }: PipelineSpec,
  { setting: { family, params }, result: { metrics } }: Required<BestOfCandidate>,
) => ({
  ...{ family, params, metrics, calibrate, threshold, folds: event.folds.map(contentOfFold), classes: event.classes },
  ...{ positive: target.positive, seed: split.seed, target: target.column },
  ...{ training: digestsOf(event.training), categorical: event.categorical },
  ...{ preprocessor: event.preprocessor.digest, descriptions: event.descriptions.digest },
  trainedOn: { rows: event.dataset.rows.train, digest: event.dataset.train.digest },
});

type Outcome = Pick<Trained, "tried" | "candidates" | "missed"> & { winner: CandidateResult };

/** Which candidate won, and which ones could not take part: a row limit, say. */
function outcomeOf({ tried, candidates, winner, missed }: Outcome, metric: string): string {
  const score = `${metric} ${winner.metrics![metric]?.toFixed(4)}`;
  const won =
    missed.length > 0
      ? `No candidate meets the floors: the best, ${winner.family}, has ${missed.join(" and ")}`
      : `${winner.family} won: ${score}`;
  const time = tried.ended === "complete" ? [] : ["the time was over before everything was tried"];
  const out = candidates.flatMap(({ family, problem }) =>
    problem ? [`${family} was not fitted: ${sentenceOf(problem)}`] : [],
  );
  return [won, ...time, ...out].join("; ");
}

function nothingFitted(candidates: readonly CandidateResult[], pipeline: string): ProblemError {
  const reasons = candidates.map(({ family, problem }) => `${family}: ${problem && sentenceOf(problem)}`);
  return new ProblemError({
    code: "NO_CANDIDATE_FITTED",
    where: pipeline,
    message: `no candidate could be fitted. ${reasons.join(" ")}`,
    remedy: "Change the data or `candidates` in pipeline.yaml.",
  });
}
