import { problemOf, ProblemError, Retry, type Problem } from "@millrace/contracts";
import { encodeNpy } from "@millrace/learning";
import type { ArtifactStore } from "@millrace/storage";
import { concatenated } from "./concatenate.js";
import type { FoldScore } from "./fit-job.js";
import type { Fitter } from "./fit-pool.js";
import type { FoldCache } from "./fold-cache.js";
import type { JobResult, OfferedJob } from "./job.js";

export interface JobMeans {
  readonly fitter: Pick<Fitter, "score">;
  readonly folds: FoldCache;
  readonly artifacts: Pick<ArtifactStore, "put">;
  /** The trainer stops: what is in hand is given back. */
  readonly stopping: AbortSignal;
}

/** Fits and scores, one fold after the other. What is the candidate's own fault is its result; an outage is thrown. */
export async function doJob({ job, training, timeoutMs }: OfferedJob, means: JobMeans): Promise<JobResult> {
  const { setting, share, classes, positive, seed } = job;
  const trial = { ...setting, classes, positive, seed };
  const scores: FoldScore[] = [];
  // Folds that share a job are small: the next are read while the first is fitted.
  const loading = job.folds.map(async (fold) => means.folds.load(fold, classes.length));
  for (const each of loading) each.catch(() => undefined);
  for (const fold of loading) {
    const score = await ownFault(training, means.stopping, timeoutMs, async (signal) =>
      means.fitter.score(trial, share, await fold, signal),
    );
    if ("problem" in score) return score;
    scores.push(score);
  }
  const metrics = scores.map((score) => score.metrics);
  return share < 1 ? { folds: metrics } : { folds: metrics, outOfFold: await keep(scores, classes.length, means) };
}

/** What was said of the rows of all these folds, one fold behind the other. */
function keep(scores: readonly FoldScore[], columns: number, { artifacts }: JobMeans) {
  const values = concatenated(scores.map(({ probabilities }) => probabilities));
  const bytes = encodeNpy({ rows: values.length / columns, columns, values });
  return artifacts.put(bytes, { mediaType: "application/x-npy", name: "out-of-fold.npy" });
}

type Failed = Extract<JobResult, { problem: Problem }>;

/**
 * Gives what went wrong as the candidate's result: what it threw, a thread that died of it, too little memory, too much time.
 * Only what it says of itself lasts; the others may be otherwise next time.
 */
export async function ownFault<Result>(
  training: string,
  stopping: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | Failed> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([stopping, late]));
  } catch (error) {
    if (stopping.aborted || error instanceof Retry) throw error;
    const problem = late.aborted ? timedOut(timeoutMs) : problemOfFit(error);
    return isLasting(problem, error) ? { problem } : { problem, training };
  }
}

const isLasting = ({ code }: Problem, error: unknown): boolean =>
  error instanceof ProblemError && code !== "UNEXPECTED" && !code.startsWith("ARTIFACT_");

function problemOfFit(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if ((error as { code?: string }).code === "ERR_WORKER_OUT_OF_MEMORY") return outOfMemory;
  return {
    code: "CANDIDATE_CRASHED",
    message: `the thread that fitted it died: ${problemOf(error).message}.`,
    remedy: "The other candidates went on without it; the log of the trainer says more.",
  };
}

const outOfMemory: Problem = {
  code: "CANDIDATE_OUT_OF_MEMORY",
  message: "it needed more memory than a fit may have.",
  remedy: "Give it fewer rows, trees or leaves, or the trainer more TRAINER_MEMORY_MB.",
};

const timedOut = (ms: number): Problem => ({
  code: "CANDIDATE_TIMED_OUT",
  message: `a fit took longer than ${Math.round(ms / 1000)} s.`,
  remedy: "Give it fewer rows, trees or rounds, or raise select.timeout.",
});
