// kernel
// Passes over the dense rows of a linear model, in doubles. The rows are cut into slices, each with sums of its own that the
// caller adds in their order: so the threads, which take slices as they come, give the same bits however many they are.
import { addOuter, scaleRow } from "./linear-curvature";
import { factorOf, lossOfBlock, prepareFactors } from "./linear-losses";
import { addGradient, loadBlock, scoreBlock } from "./linear-rows";
import { BLOCK, block, curvatures, endRowOf, firstRowOf, gradients, losses, openTask, outputs, stride, takeSlice } from "./linear-task";

/** Of each column Σ x, Σ x² and the greatest |x|: three strides for each slice, where its gradient would be. */
export function sums(task: usize, thread: i32): void {
  openTask(task, thread);
  for (let slice = takeSlice(); slice >= 0; slice = takeSlice()) {
    const sum = gradients + ((<usize>slice * 3 * stride) << 3);
    memory.fill(sum, 0, (<usize>3 * stride) << 3);
    for (let first = firstRowOf(slice); first < endRowOf(slice); first += BLOCK) {
      const count = min(BLOCK, endRowOf(slice) - first);
      loadBlock(first, count);
      addSums(count, sum);
    }
  }
}

function addSums(count: i32, sum: usize): void {
  const bytes = <usize>stride << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    let total = v128.load(sum + at);
    let squares = v128.load(sum + bytes + at);
    let most = v128.load(sum + 2 * bytes + at);
    for (let row = 0; row < count; row++) {
      const x = v128.load(block + <usize>row * bytes + at);
      total = f64x2.add(total, x);
      squares = f64x2.add(squares, f64x2.mul(x, x));
      most = f64x2.max(most, f64x2.abs(x));
    }
    v128.store(sum + at, total);
    v128.store(sum + bytes + at, squares);
    v128.store(sum + 2 * bytes + at, most);
  }
}

/** The loss of each slice and its derivatives by the coefficients. */
export function gradient(task: usize, thread: i32): void {
  openTask(task, thread);
  for (let slice = takeSlice(); slice >= 0; slice = takeSlice()) {
    const into = gradients + ((<usize>slice * outputs * stride) << 3);
    memory.fill(into, 0, (<usize>outputs * stride) << 3);
    let sum: f64 = 0;
    for (let first = firstRowOf(slice); first < endRowOf(slice); first += BLOCK) {
      const count = min(BLOCK, endRowOf(slice) - first);
      loadBlock(first, count);
      scoreBlock(count);
      sum += lossOfBlock(first, count);
      addGradient(count, into);
    }
    store<f64>(losses + (<usize>slice << 3), sum);
  }
}

/** The second derivatives of each slice's loss. */
export function curvature(task: usize, thread: i32): void {
  openTask(task, thread);
  const pairs = (outputs * (outputs + 1)) / 2;
  const bytes = (<usize>pairs * stride * stride) << 3;
  for (let slice = takeSlice(); slice >= 0; slice = takeSlice()) {
    const into = curvatures + <usize>slice * bytes;
    memory.fill(into, 0, bytes);
    for (let first = firstRowOf(slice); first < endRowOf(slice); first += BLOCK) {
      const count = min(BLOCK, endRowOf(slice) - first);
      loadBlock(first, count);
      scoreBlock(count);
      prepareFactors(count);
      addPairs(first, count, into);
    }
  }
}

function addPairs(first: i32, count: i32, into: usize): void {
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++) {
      for (let row = 0; row < count; row++) scaleRow(row, factorOf(first, row, k, l));
      addOuter(count, into);
      into += (<usize>stride * stride) << 3;
    }
  }
}
