// The best split of a leaf among a thread's columns.
import {
  binCount, categorical, firstColumnOf, isUsed, monotone, thread,
} from "./boosting-settings";
import { binsOf } from "./histogram";
import { clearCandidate } from "./split-candidate";
import { searchCategories } from "./split-categories";
import { prepareNumbers, searchMonotone, searchNumbers } from "./split-numbers";

/** The leaf was named by `searchLeaf`. Of equal gains the one of the first column is kept, so threads do not matter. */
export function searchColumns(histogram: usize, candidate: usize, space: usize): void {
  clearCandidate(candidate);
  prepareNumbers();
  const last = firstColumnOf(thread + 1);
  for (let column = firstColumnOf(thread); column < last; column++) {
    if (isUsed(column)) searchColumn(binsOf(histogram, column), column, candidate, space);
  }
}

@inline
function searchColumn(histogram: usize, column: i32, candidate: usize, space: usize): void {
  const bins = binCount(column);
  if (load<u8>(categorical + <usize>column)) searchCategories(histogram, column, bins, candidate, space);
  else if (monotone == 0) searchNumbers(histogram, column, bins, candidate);
  else searchMonotone(histogram, column, bins, candidate, load<i8>(monotone + <usize>column));
}
