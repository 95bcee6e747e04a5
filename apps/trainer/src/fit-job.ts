import { problemOf, type CandidateSpec, type DataOf, type modelTrained, type Problem } from "@millrace/contracts";
import {
  familyNamed,
  scoreFold,
  seededRandom,
  type FoldData,
  type Judgement,
  type ModelState,
  type Parameters,
  type TrainingData,
} from "@millrace/learning";
import { shareOf } from "./share-of.js";

export type Metrics = Readonly<Record<string, number>>;

/** As the event tells it: the scores, or why there are none. */
export type CandidateResult = DataOf<typeof modelTrained>["candidates"][number];

/** A candidate with one value for each of its parameters. */
export interface Setting {
  readonly family: string;
  readonly params: Parameters;
}

/** How well a model did on a fold, and what it said of each of the fold's rows: rows × classes. */
export interface FoldScore {
  readonly metrics: Metrics;
  readonly probabilities: Float64Array;
}

/** What goes to a thread that learns. Plain data only. */
export type FitJob =
  | {
      readonly kind: "score";
      readonly trial: Judgement;
      /** Of the rows to learn from. */
      readonly share: number;
      readonly data: FoldData;
    }
  | {
      readonly kind: "fit";
      readonly setting: Setting;
      readonly data: TrainingData;
      readonly seed: number;
      readonly threads: number;
    };

/** A setting on a fold gives its scores, one on all rows the model. Whatever it throws is a problem of the candidate. */
export type FitResult = { readonly score: FoldScore } | { readonly model: ModelState } | { readonly problem: Problem };

export function doFitJob(job: FitJob): FitResult {
  try {
    return job.kind === "fit" ? { model: fitted(job) } : { score: scored(job) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function scored({ trial, share, data }: Extract<FitJob, { kind: "score" }>): FoldScore {
  const train = shareOf(data.train, share, trial.seed);
  const { metrics, probabilities } = scoreFold(trial, { train, test: data.test }, { threads: 1 });
  return { metrics, probabilities };
}

function fitted({ setting, data, seed, threads }: Extract<FitJob, { kind: "fit" }>): ModelState {
  const family = familyNamed(setting.family);
  const random = seededRandom(seed).fork("model");
  return family.fit(data, family.parameters(setting.params), { random, threads });
}

/** What pipeline.yaml calls models are families here; those that are combined stand among the parameters. */
export function paramsOf({ params, members, final }: CandidateSpec): Parameters {
  const named = ({ model, params }: { model: string; params: Parameters }) => ({ family: model, params });
  return {
    ...params,
    ...(members && { members: members.map(named) }),
    ...(final && { final: named(final) }),
  };
}
