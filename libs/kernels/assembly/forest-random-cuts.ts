// Cuts of extra trees: drawn, not sought (Geurts, Ernst and Wehenkel 2006). A number's cut is one of the bins between the node's
// lowest and highest; a category goes left or right by the toss of a coin.
import { usedBin } from "./forest-cells";
import { usedBins } from "./forest-task";
import { nextBits, randomBelow } from "./random";

export const LAST_BIN: u32 = 255;
/** Rows up to this bin go left; behind the last one are missing values only. */
export let drawnCut: u32 = 0;

/** Draws a cut; says the last of the places from `first` on whose bin goes left. */
export function drawCut(first: i32, used: i32): i32 {
  const low = usedBin(first);
  const high = usedBin(used - 1);
  const choices = high - low + <u32>(first > 0);
  drawnCut = low + randomBelow(max<u32>(choices, 1));
  if (drawnCut >= high) drawnCut = LAST_BIN;
  let place = first;
  while (place + 1 < used && usedBin(place + 1) <= drawnCut) place++;
  return place;
}

/** Brings the categories that go left to the front; says the place of the last of them. */
export function drawCategories(used: i32): i32 {
  let left = 0;
  for (let place = 0; place < used; place++) {
    if (nextBits() >> 31) swapUsed(place, left++);
  }
  if (left == 0) swapUsed(0, <i32>randomBelow(used));
  if (left == used) swapUsed(used - 1, <i32>randomBelow(used));
  return min(max(left, 1), used - 1) - 1;
}

@inline
function swapUsed(a: i32, b: i32): void {
  const bin = load<u8>(usedBins + <usize>a);
  store<u8>(usedBins + <usize>a, load<u8>(usedBins + <usize>b));
  store<u8>(usedBins + <usize>b, bin);
}
