import { removeFromAllRule, resamplerOf } from "./resample-rules.js";
import { makeBetween, smoteRules } from "./smote.js";
import { withoutLinked } from "./tomek-links.js";

const rules = { ...smoteRules, remove: removeFromAllRule };

/** SMOTE, then without what forms a Tomek link (Batista, Bazzan, Monard 2003). */
export const smoteTomek = resamplerOf("smote-tomek", rules, (data, parameters, context) => {
  const made = makeBetween("smote-tomek", data, parameters, context);
  return withoutLinked("smote-tomek", made, { ...made, classes: data.classes }, parameters.remove as string, context);
});
