// kernel
// Gradient boosting on histograms, leaf by leaf (Friedman 2001; Ke et al. 2017, LightGBM). Threads own rows: each parts and counts its own,
// then they merge and search columns together. All that is shared are sums of whole numbers, so any count of threads gives the same tree.
import { bestLeaf } from "./boosting-leaves";
import { writeLeafNode } from "./boosting-nodes";
import { considerChildren, plantRoot } from "./boosting-growth";
import { finishTree } from "./boosting-outputs";
import { mostLeaves, readSettings } from "./boosting-settings";
import { splitLeaf } from "./boosting-split";
import { prepareGradients } from "./gradients";
export { assignBins, planBounds, turnBins } from "./bins";

/** Behind the words of the settings: how many nodes the tree has. */
const NODE_COUNT: usize = 252;

/** Grows one tree for one of the scores and adds it to them; every thread calls it. */
export function growTree(settings: usize, thread: i32, output: i32): void {
  readSettings(settings, thread);
  prepareGradients(output);
  if (thread == 0) writeLeafNode(0);
  plantRoot();
  let leaves = 1;
  for (let leaf = bestLeaf(leaves); leaf >= 0 && leaves < mostLeaves; leaf = bestLeaf(leaves)) {
    splitLeaf(leaf, leaves, 2 * leaves - 1);
    leaves++;
    if (leaves < mostLeaves) considerChildren(leaf, leaves - 1);
  }
  finishTree(leaves, output);
  if (thread == 0) store<i32>(settings, 2 * leaves - 1, NODE_COUNT);
}
