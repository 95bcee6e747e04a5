import type { Explanation } from "@millrace/contracts";
import type { LoadedModel } from "@millrace/learning";
import { HttpProblem } from "@millrace/service";

type Row = Parameters<LoadedModel["scoreRow"]>[0];

/** So many features are told; the others moved the score less. */
export const MOST_CONTRIBUTIONS = 10;

export function explain(model: LoadedModel, row: Row, code: number): Explanation {
  if (!model.explains) {
    throw new HttpProblem(422, {
      code: "MODEL_NOT_EXPLAINED",
      where: model.metadata.family,
      message: "what each feature gave to a model of this family is not known.",
      remedy: "Ask without ?explain=true.",
    });
  }
  const { scale, base, contributions } = model.explainRow(row, code);
  return { scale, base, contributions: contributions.slice(0, MOST_CONTRIBUTIONS) };
}
