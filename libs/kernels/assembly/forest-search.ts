// Which column a node asks, and where it is cut. Columns are drawn; where all of those are constant in the node, more are.
import { bestColumn, bestDenominator, bestNumerator, forgetBest, isCategorical, MISSING_LEFT, MISSING_RIGHT, NONE_MISSING, rememberQuestion } from "./forest-best";
import { clearUsed, fillGroup, fillMany, gatherFew, listUsed, MANY_ROWS, sumOf, usedBin } from "./forest-cells";
import { beginClasses, rankByDirection, scanClasses } from "./forest-classes";
import { searchDense } from "./forest-dense";
import { beginPair, rankByMean, scanPairs } from "./forest-pairs";
import { drawCategories, drawCut } from "./forest-random-cuts";
import { columnCount, columnOrder, columnsPerSplit, GROUP, nodeTotal, randomCuts, sortKeys, useCells, usedBins } from "./forest-task";
import { randomBelow } from "./random";

/** Finds the best cut of the rows at `begin`; says whether there is any. */
export function search<Cell>(begin: i32, count: i32, weight: f64): bool {
  forgetBest();
  let varied = false;
  for (let drawn = 0; drawn < columnCount; ) {
    if (drawn >= columnsPerSplit && varied) break;
    const group = groupOf<Cell>(drawn, count);
    for (let place = drawn; place < drawn + group; place++) drawColumn(place);
    if (group == GROUP) fillGroup<Cell>(columnOrder + (<usize>drawn << 2), begin, count);
    for (let place = 0; place < group; place++) {
      useCells(place);
      if (searchColumn<Cell>(columnAtPlace(drawn + place), begin, count, weight, group == GROUP)) varied = true;
    }
    useCells(0);
    drawn += group;
    if (partsAll<Cell>(weight)) break;
  }
  return bestColumn >= 0;
}

/** How many columns are gathered in one pass: several where rows are many. */
@inline
function groupOf<Cell>(drawn: i32, count: i32): i32 {
  return sizeof<Cell>() > 4 && count >= MANY_ROWS && columnsPerSplit - drawn >= GROUP ? GROUP : 1;
}

@inline
function columnAtPlace(place: i32): u32 {
  return load<u32>(columnOrder + (<usize>place << 2));
}

/** Says whether the column has more than one value in the node. */
@inline
function searchColumn<Cell>(column: u32, begin: i32, count: i32, weight: f64, filled: bool): bool {
  const isMany = count >= MANY_ROWS;
  if (isMany && !filled) fillMany<Cell>(column, begin, count);
  if (sizeof<Cell>() > 4 && isMany && !randomCuts && !isCategorical(column)) return searchDense<Cell>(column);
  const used = isMany ? listUsed<Cell>(column) : gatherFew<Cell>(column, begin, count);
  if (used > 1) tryColumn<Cell>(column, used, weight);
  clearUsed<Cell>(used);
  return used > 1;
}

/** Whether the best cut leaves one class on each side: then no other column can do better. */
@inline
function partsAll<Cell>(weight: f64): bool {
  if (isVector<Cell>()) return false;
  if (sizeof<Cell>() == 4) return bestNumerator == weight * bestDenominator;
  const positives = sumOf<Cell>(load<Cell>(nodeTotal));
  return bestNumerator == positives * (weight - positives) * bestDenominator;
}

/** One of those that have not been drawn; where all are asked, they are asked in their order. */
@inline
function drawColumn(place: i32): void {
  if (columnsPerSplit >= columnCount) return;
  const at = columnOrder + (<usize>place << 2);
  const other = columnOrder + (<usize>(place + <i32>randomBelow(columnCount - place)) << 2);
  const column = load<u32>(other);
  store<u32>(other, load<u32>(at));
  store<u32>(at, column);
}

function tryColumn<Cell>(column: u32, used: i32, weight: f64): void {
  if (isCategorical(column)) tryCategories<Cell>(column, used, weight);
  else tryNumbers<Cell>(column, used, weight);
  if (bestColumn == column) rememberQuestion(column, used, weight);
}

/** A missing value is a category like any other. */
function tryCategories<Cell>(column: u32, used: i32, weight: f64): void {
  if (randomCuts) {
    const place = drawCategories(used);
    scan<Cell>(column, 0, place, place, NONE_MISSING, weight);
  } else {
    if (sizeof<Cell>() == 4) rankByDirection(used, weight);
    else rankByMean<Cell>(used);
    sortUsed(used);
    scan<Cell>(column, 0, 0, used - 2, NONE_MISSING, weight);
  }
}

/** Missing values are tried on either side; to ask only whether there is a value is a question too. */
function tryNumbers<Cell>(column: u32, used: i32, weight: f64): void {
  const first = <i32>(usedBin(0) == 0);
  let from = first;
  let last = used - 1;
  if (randomCuts) from = last = drawCut(first, used);
  if (first == 0) {
    scan<Cell>(column, 0, from, last, NONE_MISSING, weight);
  } else {
    scan<Cell>(column, 1, from, last, MISSING_RIGHT, weight);
    scan<Cell>(column, 1, from, last, MISSING_LEFT, weight);
  }
}

@inline
function scan<Cell>(column: u32, first: i32, from: i32, last: i32, missing: i32, weight: f64): void {
  if (sizeof<Cell>() == 4) {
    beginClasses(missing == MISSING_LEFT);
    scanClasses(column, first, from, last, missing, weight);
  } else {
    scanPairs<Cell>(column, beginPair<Cell>(missing == MISSING_LEFT), first, from, last, missing);
  }
}

/** Sorts the used bins by their keys; equal ones stay in the order of the bins. */
function sortUsed(used: i32): void {
  for (let from = 1; from < used; from++) {
    const key = load<f64>(sortKeys + (<usize>from << 3));
    const bin = load<u8>(usedBins + <usize>from);
    let to = from;
    while (to > 0 && load<f64>(sortKeys + (<usize>(to - 1) << 3)) > key) {
      store<f64>(sortKeys + (<usize>to << 3), load<f64>(sortKeys + (<usize>(to - 1) << 3)));
      store<u8>(usedBins + <usize>to, load<u8>(usedBins + <usize>to - 1));
      to--;
    }
    store<f64>(sortKeys + (<usize>to << 3), key);
    store<u8>(usedBins + <usize>to, bin);
  }
}
