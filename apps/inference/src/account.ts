import { randomUUID } from "node:crypto";
import { ProblemError, problemOf, sentenceOf, type Problem } from "@millrace/contracts";
import { problemJson, type Clock } from "@millrace/service";
import type { Answer } from "./answer-text.js";
import type { Asked } from "./asked.js";
import { modelMeant } from "./choose-model.js";
import { count, type PredictionMetrics } from "./metrics.js";
import type { LoggedPrediction, PredictionLog } from "./prediction-log/prediction-log.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

/** Tells everybody who has to know what became of a row: the metrics, the rollout, its shadow, the log. */
export interface Account {
  answered(asked: Asked, answer: Answer, features: unknown, milliseconds: number): void;
  /** Of an error that comes by again nothing more is told. */
  refused(asked: Asked, error: unknown, of: Refused): void;
}

interface Refused {
  readonly began: number;
  readonly served?: ServedModel;
  readonly features?: unknown;
}

export interface AccountParts {
  serving: Serving;
  metrics: PredictionMetrics;
  clock: Clock;
  log?: PredictionLog;
  defaultModel?: string;
}

type Features = LoggedPrediction["features"];

export function openAccount({ serving, metrics, clock, log, defaultModel }: AccountParts): Account {
  const told = new WeakSet<WeakKey>();

  function answered(asked: Asked, answer: Answer, features: unknown, milliseconds: number): void {
    const { served, tally } = answer.by;
    count(tally, answer.code, milliseconds);
    const isRegression = served.model.task === "regression";
    const prediction = isRegression ? String(answer.score) : served.model.classes[answer.code]!;
    serving.observe(served, { milliseconds, failed: false, prediction: isRegression ? undefined : prediction });
    serving.mirror(served.name, features, answer.id);
    if (log === undefined) return;
    // Field by field: to spread one object into another takes as long as everything else here.
    log.write({
      id: answer.id,
      at: clock(),
      model: served.name,
      version: served.version,
      status: 200,
      features: features as Features,
      names: answer.by.names,
      prediction,
      confidence: isRegression ? undefined : answer.score,
      probabilities: answer.probabilities,
      milliseconds,
      trace: asked.trace,
      caller: asked.caller,
    });
  }

  function refused(asked: Asked, error: unknown, { began, served, features }: Refused): void {
    if (isObject(error)) {
      if (told.has(error)) return;
      told.add(error);
    }
    const milliseconds = performance.now() - began;
    const { status, problem } = refusalOf(error);
    metrics.refused(served?.name ?? "", status, problem.code);
    if (served !== undefined && status >= 500) serving.observe(served, { milliseconds, failed: true });
    log?.write({
      ...{ id: randomUUID(), at: clock(), model: served?.name ?? meant(asked), version: served?.version, status },
      ...{ features: isRow(features) ? features : undefined, names: served?.model.features.map(({ name }) => name) },
      ...{ milliseconds, problem: `${problem.code}: ${sentenceOf(problem)}`, trace: asked.trace, caller: asked.caller },
    });
  }

  const meant = ({ model = defaultModel }: Asked): string => modelMeant(serving, model) ?? "";

  return { answered, refused };
}

/** As the caller was told it; of what went wrong on our side, what it was. */
function refusalOf(error: unknown): { status: number; problem: Problem } {
  const { status, body } = problemJson(error);
  if (status === 500 || error instanceof ProblemError) return { status, problem: problemOf(error) };
  const { code, detail, remedy } = body as { code: string; detail: string; remedy?: string };
  return { status, problem: { code, message: detail, remedy } };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What is no row at all is not logged as one. */
const isRow = (features: unknown): features is NonNullable<Features> => isObject(features);
