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

type Artifacts = StepContext["artifacts"];
type Transformed = DataOf<typeof datasetTransformed>;
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

export async function loadFold(artifacts: Artifacts, event: Transformed, fold: number): Promise<FoldData> {
  const { train, test, categorical } = event.folds[fold]!;
  return {
    train: { ...(await loadRows(artifacts, train)), classes: event.classes.length, categorical },
    test: { ...(await loadRows(artifacts, test)), rows: new Int32Array(0) },
  };
}
