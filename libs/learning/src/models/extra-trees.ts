import { forestFamily, type ForestState } from "./forest-family.js";
import { forestRules } from "./forest-parameters.js";
import type { Family } from "./family.js";

/** Extremely randomized trees (Geurts, Ernst and Wehenkel 2006): all rows, each split the best of a few drawn cuts. */
export const extraTrees: Family<ForestState> = forestFamily({
  name: "extra-trees",
  rules: forestRules(false),
  fixed: { randomCuts: true, autoForValues: "all" },
});
