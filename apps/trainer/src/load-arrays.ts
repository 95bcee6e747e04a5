import type { ArtifactRef, DataOf, datasetTransformed } from "@millrace/contracts";
import {
  decodeNpy,
  sharedMatrix,
  sharedValues,
  type FoldData,
  type Matrix,
  type TrainingData,
} from "@millrace/learning";
import type { StepContext } from "@millrace/service";

type Artifacts = Pick<StepContext["artifacts"], "get">;
export type Transformed = DataOf<typeof datasetTransformed>;
export type StoredFold = Transformed["folds"][number];
type Side = Transformed["training"];

/** In memory that threads share: every candidate learns from the same copy. */
async function loadRows(artifacts: Artifacts, { x, y, weights }: Side) {
  const array = async (ref: ArtifactRef) => decodeNpy(await artifacts.get(ref));
  return {
    x: sharedMatrix((await array(x)) as Matrix),
    y: sharedValues((await array(y)) as Int32Array),
    ...(weights && { weights: sharedValues((await array(weights)) as Float64Array) }),
  };
}

/** What the chosen model is fitted on. */
export const loadTraining = async (artifacts: Artifacts, event: Transformed): Promise<TrainingData> => ({
  ...(await loadRows(artifacts, event.training)),
  ...{ classes: event.classes.length, categorical: event.categorical },
});

export async function loadFold(
  artifacts: Artifacts,
  { train, test, categorical }: StoredFold,
  classes: number,
): Promise<FoldData> {
  return {
    train: { ...(await loadRows(artifacts, train)), classes, categorical },
    test: { ...(await loadRows(artifacts, test)), rows: new Int32Array(0) },
  };
}

/** All that a side is, and nothing of what its artifacts happen to be called. */
export const digestsOf = ({ x, y, weights }: Side) => [x.digest, y.digest, weights?.digest ?? null];

export const contentOfFold = ({ train, test, categorical }: StoredFold) => ({
  ...{ train: digestsOf(train), test: digestsOf(test), categorical },
});
