import { ProblemError } from "@millrace/contracts";
import type { Family, ModelState } from "./family.js";
import { decisionTree } from "./decision-tree.js";
import { extraTrees } from "./extra-trees.js";
import { gradientBoosting } from "./gradient-boosting.js";
import { linearRegression } from "./linear-regression.js";
import { logisticRegression } from "./logistic-regression.js";
import { mlRandomForest } from "./ml-random-forest.js";
import { randomForest } from "./random-forest.js";
import { stackingOf } from "./stacking.js";
import { votingOf } from "./voting.js";

/** The families that are made of others find them here. */
const lookup = { familyNamed, familyOf };

const known = [
  ...[logisticRegression, linearRegression, gradientBoosting, randomForest, extraTrees, decisionTree, mlRandomForest],
  ...[votingOf(lookup), stackingOf(lookup)],
] as unknown as readonly Family[];

/** Every kind of model, by the name that stands in pipeline.yaml. */
export const families: Readonly<Record<string, Family>> = Object.fromEntries(
  known.map((family) => [family.name, family]),
);

export function familyNamed(name: string): Family {
  const family = Object.hasOwn(families, name) ? families[name] : undefined;
  if (family) return family;
  const remedy = `The models are ${Object.keys(families).join(", ")}.`;
  throw new ProblemError({
    code: "MODEL_FAMILY_UNKNOWN",
    message: `there is no model named ${JSON.stringify(name)}.`,
    remedy,
  });
}

/** The family of a fitted model; a newer version than the one known here is refused rather than misread. */
export function familyOf(state: ModelState): Family {
  if (state.version === 1) return familyNamed(state.family);
  throw new ProblemError({
    code: "MODEL_VERSION_UNKNOWN",
    message: `${state.family} of version ${state.version} is not known here.`,
    remedy: "Upgrade this service.",
  });
}
