import { HttpProblem } from "@millrace/service";
import type { Answerer } from "./answer.js";
import type { Asked } from "./asked.js";
import { readPredictBody, type BodyLimits, type PredictBody } from "./predict-body.js";
import type { Serving } from "./serving.js";

/** Answers the body of a request for predictions; the same wherever the body was read. */
export type PredictRequests = (asked: Asked, body: () => unknown) => string | Promise<string>;

export interface PredictRequestsParts {
  answerer: Answerer;
  serving: Serving;
  defaultModel?: string;
  limits: BodyLimits;
}

export function openPredictRequests(parts: PredictRequestsParts): PredictRequests {
  return (asked, body) => {
    const sent = received(parts, asked, body);
    const keyed = sent.key === undefined || asked.key !== undefined ? asked : { ...asked, key: sent.key };
    const { answerer } = parts;
    if (sent.instances === undefined)
      return answerer.oneSoon?.(keyed, sent.features) ?? answerer.oneText(keyed, sent.features);
    return answerer.manyText(keyed, sent.instances);
  };
}

function received(
  { answerer, limits, ...models }: PredictRequestsParts,
  asked: Asked,
  body: () => unknown,
): PredictBody {
  try {
    return readPredictBody(body(), limits);
  } catch (thrown) {
    const error = withExample(thrown, asked, models);
    answerer.refused(asked, error);
    throw error;
  }
}

/** Shows a body of the right shape, where it is known which model is meant. */
function withExample(
  error: unknown,
  asked: Asked,
  { serving, defaultModel }: Pick<PredictRequestsParts, "serving" | "defaultModel">,
) {
  if (!(error instanceof HttpProblem) || error.code !== "REQUEST_INVALID") return error;
  const name = asked.model ?? defaultModel;
  const served = name === undefined ? [...serving.models().values()][0] : serving.models().get(name);
  const row = served?.model.features.map((feature) => feature.name).join(", ") ?? "…";
  const remedy = `Send {"features": [${row}]}, or the same by name, or {"instances": [[${row}], …]}.`;
  return new HttpProblem(error.status, { ...error.problem, remedy });
}
