import { forestFamily, type ForestState } from "./forest-family.js";
import { treeRules } from "./forest-parameters.js";
import type { Family } from "./family.js";

/** A single tree (Breiman et al. 1984) on all rows, each split the best of all columns. */
export const decisionTree: Family<ForestState> = forestFamily({
  name: "decision-tree",
  rules: treeRules,
  fixed: {
    ...{ trees: 1, bootstrap: false, rowShare: 1, columnsPerSplit: "all", outOfBag: false },
    ...{ randomCuts: false, autoForValues: "all" },
  },
});
