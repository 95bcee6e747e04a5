import { artifactRef, type ArtifactRef, type DataOf, type datasetIngested } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import type { RowNumber } from "./column-findings.js";
import type { ChosenRows } from "./quarantine.js";
import type { Side } from "./tally.js";

type Dataset = Pick<DataOf<typeof datasetIngested>, "train" | "test">;
type Artifacts = StepContext["artifacts"];

export interface RowNumbers {
  readonly of: RowNumber;
  /** The numbers of the rows that stay, as artifacts like the ones that came; undefined where none came. */
  without(chosen: ChosenRows, artifacts: Artifacts): Promise<Record<Side, ArtifactRef> | undefined>;
}

/** Where each row stood in the source, as ingestion wrote it down; without that, where it stands on its side. */
export async function readRowNumbers(dataset: Dataset, artifacts: Artifacts): Promise<RowNumbers> {
  const refs = refsIn(dataset);
  if (refs === undefined) return { of: (_side, row) => row + 1, without: async () => undefined };
  const { decodeNpy, encodeNpy } = await import("@millrace/learning");
  const read = async (side: Side) => decodeNpy(await artifacts.get(refs[side])) as Int32Array;
  const numbers = { train: await read("train"), test: await read("test") };
  const write = (side: Side, chosen: ChosenRows): Promise<ArtifactRef> => {
    const { mediaType, name } = refs[side];
    const kept = numbers[side].filter((_, row) => !chosen[side].has(row));
    return artifacts.put(encodeNpy(kept), { mediaType, name });
  };
  return {
    of: (side, row) => numbers[side][row] ?? row + 1,
    without: async (chosen) => ({ train: await write("train", chosen), test: await write("test", chosen) }),
  };
}

function refsIn(dataset: Dataset): Record<Side, ArtifactRef> | undefined {
  const { rowNumbers } = dataset as { rowNumbers?: Record<Side, unknown> };
  const [train, test] = [artifactRef.safeParse(rowNumbers?.train), artifactRef.safeParse(rowNumbers?.test)];
  return train.success && test.success ? { train: train.data, test: test.data } : undefined;
}
