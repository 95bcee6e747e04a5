import { encodeNpy, type FoldData, type Matrix, type NpyArray, type TrainingData } from "@millrace/learning";
import type { ArtifactRef } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";

type Artifacts = StepContext["artifacts"];

export const storeArray = (artifacts: Artifacts, name: string, array: NpyArray): Promise<ArtifactRef> =>
  artifacts.put(encodeNpy(array), { mediaType: "application/x-npy", name });

/** Features, labels and weights: what a model learns from, or is judged by. */
export async function storeRows(
  artifacts: Artifacts,
  name: string,
  { x, y, weights }: Pick<TrainingData, "x" | "y" | "weights">,
) {
  const [features, labels, counts] = await Promise.all([
    storeArray(artifacts, `${name}-x.npy`, x),
    storeArray(artifacts, `${name}-y.npy`, y),
    weights && storeArray(artifacts, `${name}-weights.npy`, weights),
  ]);
  return { x: features, y: labels, ...(counts && { weights: counts }) };
}

export async function storeFold(artifacts: Artifacts, fold: number, { train, test }: FoldData) {
  const [trainSide, testSide] = await Promise.all([
    storeRows(artifacts, `fold-${fold + 1}-train`, train),
    storeRows(artifacts, `fold-${fold + 1}-test`, test),
  ]);
  return { train: trainSide, test: testSide, categorical: [...(train.categorical ?? [])] };
}

/** Rows that are learned from as they are need not be stored twice. */
export async function storeTraining(
  artifacts: Artifacts,
  { matrix, data }: { matrix: Matrix; data: TrainingData },
  stored: { x: ArtifactRef; y: ArtifactRef },
) {
  if (data.x.values !== matrix.values) return storeRows(artifacts, "training", data);
  const weights = data.weights && (await storeArray(artifacts, "training-weights.npy", data.weights));
  return { ...stored, ...(weights && { weights }) };
}
