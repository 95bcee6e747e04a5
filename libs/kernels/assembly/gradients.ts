// The gradients of a tree: derivatives of all rows, how large they are together, and then whole numbers of them.
import { barrier } from "./barrier";
import {
  BLOCK, blockSums, firstRowOf, gradients, meetingPlace, objective, rows, thread, threads, weightUnit, weights,
} from "./boosting-settings";
import { derive, keepNorms, SOFTMAX } from "./gradients-objectives";
import { chooseScales, gradientScale, hessianScale } from "./gradients-pair";

export function prepareGradients(output: i32): void {
  const first = firstRowOf(thread);
  const last = firstRowOf(thread + 1);
  if (objective == SOFTMAX && output == 0) keepNorms(first, last);
  for (let block = first; block < last; block += BLOCK) {
    const end = min(block + BLOCK, last);
    derive(objective, block, end, output);
    sumBlock(block, end);
  }
  barrier(meetingPlace, threads);
  chooseFromBlocks();
  if (weights) makeWholeByWeight(first, last);
  else makeWhole(first, last);
}

/** The sums of |gradient| and of the hessian, side by side. */
function sumBlock(first: i32, last: i32): void {
  if (last & 1) store<i64>(gradients + (<usize>last << 3), 0);
  let sums = f64x2.splat(0);
  for (let row = first; row < last; row += 2) {
    let pairs = f32x4.abs(v128.load(gradients + (<usize>row << 3)));
    if (weights) pairs = f32x4.mul(pairs, weightsOfTwo(row));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(pairs));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<i64>(pairs, pairs, 1, 1)));
  }
  v128.store(blockSums + <usize>(first / BLOCK) * 16, sums);
}

@inline
function weightsOfTwo(row: i32): v128 {
  const two = v128.load64_zero(weights + (<usize>row << 2));
  return v128.shuffle<i32>(two, two, 0, 0, 1, 1);
}

function chooseFromBlocks(): void {
  let sums = f64x2.splat(0);
  const end = blockSums + <usize>((rows + BLOCK - 1) / BLOCK) * 16;
  for (let block = blockSums; block < end; block += 16) sums = f64x2.add(sums, v128.load(block));
  chooseScales(f64x2.extract_lane(sums, 0), f64x2.extract_lane(sums, 1), rows);
}

/** Two rows at a time, from float32 side by side to hessian and gradient as the halves of an i64. */
function makeWhole(first: i32, last: i32): void {
  const scales = f32x4(<f32>gradientScale, <f32>hessianScale, <f32>gradientScale, <f32>hessianScale);
  const end = gradients + (<usize>last << 3);
  for (let place = gradients + (<usize>first << 3); place < end; place += 16) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(place), scales)));
    v128.store(place, v128.shuffle<i32>(whole, whole, 1, 0, 3, 2));
  }
}

/** First the row's numbers become whole, then they are taken as often as the row counts: so a row of weight 2 is to the bit two rows. */
function makeWholeByWeight(first: i32, last: i32): void {
  for (let row = first; row < last; row++) {
    const place = gradients + (<usize>row << 3);
    const weight = <f64>load<f32>(weights + (<usize>row << 2)) / weightUnit;
    const gradient = nearest<f64>(<f64>load<f32>(place) * gradientScale * weightUnit) * weight;
    const hessian = nearest<f64>(<f64>load<f32>(place, 4) * hessianScale * weightUnit) * weight;
    store<i64>(place, (<i64>nearest<f64>(gradient) << 32) + <i64>nearest<f64>(hessian));
  }
}
