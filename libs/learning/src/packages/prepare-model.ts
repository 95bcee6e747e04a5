import { adoptTrees, prepareTrees, type SentProgram } from "../trees/score-trees.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import { unpackModel } from "./model-package.js";

/** What takes long of opening a package, done by another thread: it was verified, and its trees are written down for the kernel. */
export interface PreparedModel {
  /** One for each ensemble of trees, in the order in which they stand in the model. */
  readonly programs: readonly SentProgram[];
}

/** To be sent to the thread that opens the same bytes with it. */
export const prepareModel = (bytes: Uint8Array): PreparedModel => ({
  programs: treesIn(unpackModel(bytes).model).map(prepareTrees),
});

export function adoptPrepared(model: unknown, { programs }: PreparedModel): void {
  treesIn(model).forEach((state, index) => adoptTrees(state, programs[index]!));
}

/** A model may be made of others. */
function treesIn(value: unknown): TreeModelState[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  if ("trees" in value && "combine" in value) return [value as TreeModelState];
  return Object.values(value).flatMap(treesIn);
}
