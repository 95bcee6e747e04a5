import { forestFamily, type ForestState } from "./forest-family.js";
import { forestRules } from "./forest-parameters.js";
import type { Family } from "./family.js";

/** Random forest (Breiman 2001): fully deep trees on bootstrap samples, each split the best of a few columns. */
export const randomForest: Family<ForestState> = forestFamily({
  name: "random-forest",
  rules: forestRules(true),
  fixed: { randomCuts: false, autoForValues: "third" },
});
