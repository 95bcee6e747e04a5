import type { Explanation, PredictManyResponse, PredictResponse } from "@millrace/contracts";
import type { PreparedModel } from "./prepared-model.js";

/** One answered row. */
export interface Answer {
  readonly by: PreparedModel;
  readonly id: string;
  /** The code of the class; 0 for a regression. */
  readonly code: number;
  /** The probability of the class, or the value of a regression. */
  readonly score: number;
  readonly probabilities: Readonly<Record<string, number>> | undefined;
  readonly explanation: Explanation | undefined;
}

export function responseOf({ by, id, code, score, probabilities, explanation }: Answer): PredictResponse {
  const { name, version, model } = by.served;
  const said =
    model.task === "regression" ? { prediction: score } : { prediction: model.classes[code]!, confidence: score };
  return {
    ...said,
    ...(probabilities && { probabilities }),
    ...(explanation && { explanation }),
    ...{ model: name, model_version: version, prediction_id: id },
  };
}

/** JSON.stringify(responseOf(answer)), put together from pieces where nothing unusual is in it. */
export const textOf = (answer: Answer): string =>
  isUnusual(answer) ? JSON.stringify(responseOf(answer)) : `${beginOf(answer)}${answer.by.middle}${answer.id}"}`;

const isUnusual = ({ probabilities, explanation }: Answer): boolean =>
  probabilities !== undefined || explanation !== undefined;

/** A regression may give what JSON has no number for. */
const beginOf = ({ by, code, score }: Answer): string =>
  by.heads[code]! + (Number.isFinite(score) ? String(score) : "null");

/** Which version answered is said once for all rows. */
export function manyResponse(rows: readonly PredictResponse[]): PredictManyResponse {
  const { model, model_version } = rows[0]!;
  const predictions = rows.map(({ model: _model, model_version: _version, ...rest }) => rest);
  return { model, model_version, predictions };
}

/** JSON.stringify(manyResponse(…)), in the same way. */
export function textOfMany(answers: readonly Answer[]): string {
  if (answers.some(isUnusual)) return JSON.stringify(manyResponse(answers.map(responseOf)));
  const { name, version } = answers[0]!.by.served;
  let text = `{"model":${JSON.stringify(name)},"model_version":${version},"predictions":[`;
  for (let row = 0; row < answers.length; row++) {
    text += `${row === 0 ? "" : ","}${beginOf(answers[row]!)},"prediction_id":"${answers[row]!.id}"}`;
  }
  return `${text}]}`;
}
