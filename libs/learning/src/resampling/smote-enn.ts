import { kindRule, withoutDisputed } from "./edited-nearest-neighbours.js";
import { neighboursRule, removeFromAllRule, resamplerOf } from "./resample-rules.js";
import { requireRows } from "./requirements.js";
import { makeBetween, smoteRules } from "./smote.js";

const rules = { ...smoteRules, editNeighbours: neighboursRule(3), kind: kindRule, remove: removeFromAllRule };

/** SMOTE, then without what its neighbours do not agree with (Batista, Prati, Monard 2004). */
export const smoteEnn = resamplerOf("smote-enn", rules, (data, parameters, context) => {
  const neighbours = parameters.editNeighbours as number;
  const made = makeBetween("smote-enn", data, parameters, context);
  requireRows("smote-enn", "editNeighbours", made.x.rows, neighbours);
  const all = { ...made, classes: data.classes };
  return withoutDisputed("smote-enn", made, all, { ...parameters, neighbours }, context);
});
