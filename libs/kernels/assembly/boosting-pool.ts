// Room for as many histograms as memory allows. Where it has run out, the leaf that is least likely to be split next loses its own,
// and is counted again should its turn come: histograms are sums of whole numbers, so the tree is the same.
import { mostLeaves, pool, poolSlots, thread } from "./boosting-settings";
import { bestGainOf, histogramOf, LEAF_BYTES, leafAt, setHistogram, workspaceOf } from "./boosting-leaves";
import { histogramBytes } from "./histogram";

const FREE = -1;

/** Behind the leaves of the thread's workspace: which leaf each histogram belongs to. */
@inline
function ownerPlace(slot: i32): usize {
  return workspaceOf(thread) + <usize>mostLeaves * LEAF_BYTES + (<usize>slot << 2);
}

@inline
function ownerOf(slot: i32): i32 {
  return load<i32>(ownerPlace(slot));
}

export function emptyPool(): void {
  for (let slot = 0; slot < poolSlots; slot++) store<i32>(ownerPlace(slot), FREE);
}

/** Takes room for the histogram of a leaf; the other leaf named keeps its own in any case. */
export function takeHistogram(leaf: i32, other: i32): void {
  let chosen = 0;
  let least: f64 = Infinity;
  for (let slot = 0; slot < poolSlots; slot++) {
    const owner = ownerOf(slot);
    const gain = owner == FREE ? -Infinity : bestGainOf(leafAt(owner));
    if (owner == leaf || owner == other || gain >= least) continue;
    least = gain;
    chosen = slot;
  }
  const loser = ownerOf(chosen);
  if (loser != FREE) setHistogram(leafAt(loser), 0);
  store<i32>(ownerPlace(chosen), leaf);
  setHistogram(leafAt(leaf), pool + <usize>chosen * histogramBytes());
}

export function dropHistogram(leaf: i32): void {
  const slot = slotOf(leaf);
  if (slot >= 0) store<i32>(ownerPlace(slot), FREE);
  setHistogram(leafAt(leaf), 0);
}

export function passHistogram(from: i32, to: i32): void {
  const slot = slotOf(from);
  store<i32>(ownerPlace(slot), to);
  setHistogram(leafAt(to), histogramOf(leafAt(from)));
  setHistogram(leafAt(from), 0);
}

function slotOf(leaf: i32): i32 {
  for (let slot = 0; slot < poolSlots; slot++) if (ownerOf(slot) == leaf) return slot;
  return -1;
}
