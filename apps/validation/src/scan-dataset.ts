import type { ArtifactRef, Table } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import type { Batch } from "./check-columns.js";
import type { Side } from "./tally.js";

export interface Sides {
  readonly train: ArtifactRef;
  readonly test: ArtifactRef;
}

export type ScanContext = Pick<StepContext, "artifacts" | "signal">;

/** The batches of one side, in order; only one is held. */
export async function* scanSide(sides: Sides, side: Side, { artifacts, signal }: ScanContext): AsyncGenerator<Batch> {
  const { scanParquet } = await import("@millrace/tables");
  let start = 0;
  for await (const table of scanParquet(await artifacts.localPath(sides[side]))) {
    signal.throwIfAborted();
    yield { side, start, table };
    start += table.rows;
  }
}

/** Only the columns of these names. */
export const keepColumns = ({ rows, columns }: Table, keep: (name: string) => boolean): Table => ({
  rows,
  columns: columns.filter(({ name }) => keep(name)),
});
