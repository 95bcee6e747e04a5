// What a leaf says: the share of each class, or the mean. The rows that the tree has not seen hear it too.
import { sumOf, weightOf, Positives, Sums } from "./forest-cells";
import { rowOf } from "./forest-rows";
import {
  BINARY,
  entryAddress,
  kind,
  nodeTotal,
  outputs,
  REGRESSION,
  targetMiddle,
  targets,
  targetUnit,
  unseenSums,
  unseenUnit,
} from "./forest-task";

/** What a row's sum and the count of its trees take. */
const SUM_BYTES: usize = 16;

/** Whether there is nothing left to tell apart. */
export function isPure(begin: i32, count: i32, weight: f64): bool {
  if (kind == REGRESSION) return isConstant(begin, count);
  for (let label = 0; label < outputs; label++) if (weightOfClass(label, weight) == weight) return true;
  return false;
}

function isConstant(begin: i32, count: i32): bool {
  const first = targetAt(begin);
  for (let place = begin + 1; place < begin + count; place++) if (targetAt(place) != first) return false;
  return true;
}

@inline
function targetAt(place: i32): f64 {
  return load<f64>(targets + (rowOf(load<u64>(entryAddress(place))) << 3));
}

@inline
function weightOfClass(label: i32, weight: f64): f64 {
  if (kind != BINARY) return <f64>load<u32>(nodeTotal + (<usize>label << 2));
  const positives = sumOf<Positives>(load<Positives>(nodeTotal));
  return label == 1 ? positives : weight - positives;
}

@inline
function meanTarget(): f64 {
  const total = load<Sums>(nodeTotal);
  return sumOf<Sums>(total) / weightOf<Sums>(total);
}

export function writeValues(values: usize, weight: f64): void {
  if (kind == REGRESSION) {
    store<f32>(values, <f32>(targetMiddle + meanTarget() * targetUnit));
    return;
  }
  for (let label = 0; label < outputs; label++) {
    store<f32>(values + (<usize>label << 2), <f32>(weightOfClass(label, weight) / weight));
  }
}

/** Sums are whole numbers, so that it does not matter which thread adds first. */
export function tellUnseen(begin: i32, count: i32, weight: f64): void {
  if (unseenSums == 0) return;
  if (kind == REGRESSION) return tellMean(begin, count);
  for (let label = 0; label < outputs; label++) {
    const part = <i32>nearest((weightOfClass(label, weight) / weight) * unseenUnit);
    if (part != 0) tellShare(begin, count, label, part);
  }
}

function tellShare(begin: i32, count: i32, label: i32, part: i32): void {
  const sums = unseenSums + (<usize>label << 2);
  for (let place = begin; place < begin + count; place++) {
    const row = rowOf(load<u64>(entryAddress(place)));
    atomic.add<i32>(sums + ((row * outputs) << 2), part);
  }
}

function tellMean(begin: i32, count: i32): void {
  const mean = <i64>nearest(meanTarget());
  for (let place = begin; place < begin + count; place++) {
    const sum = unseenSums + rowOf(load<u64>(entryAddress(place))) * SUM_BYTES;
    atomic.add<i64>(sum, mean);
    atomic.add<i64>(sum, 1, 8);
  }
}
