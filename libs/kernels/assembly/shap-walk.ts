// Shapley values of one row by products that go down a tree and sums that come up (as in Linear TreeSHAP, Yu et al. 2022).
import { choosesRight } from "./scoring-questions";
import { addAndWeigh, FACTOR_KINDS, multiply, multiplyAnew, sharesBefore, sharesOf, weighAnew } from "./shap-factors";
import {
  COUNT, COLUMNS, FEATURES, field, FIRST, INNER, LEAF_ROWS, NODES, ORDER, PAIRS, POINTS, PREVIOUS, SHARES, VALUES, VECTOR, WIDTH,
} from "./shap-record";

/** Adds what a tree gives to the columns of a row: one output where a leaf has one value; otherwise all, of the same products. */
export function explainByWalk(
  model: usize, tree: usize, factors: usize, slots: usize, agrees: usize, products: usize, sums: usize, values: usize,
  output: usize,
): void {
  down(model, tree, factors, slots, agrees, products);
  const width = field(model, WIDTH);
  const columns = field(model, COLUMNS) << 3;
  if (width == 1) return up(model, tree, factors, agrees, products, products, values + output * columns, 0);
  for (let index: usize = 0; index < width; index++) {
    up(model, tree, factors, agrees, products, sums, values + index * columns, index);
  }
}

/** The products at the points for each node of a tree, parents before their children. */
function down(model: usize, tree: usize, factors: usize, slots: usize, agrees: usize, products: usize): void {
  const size = field(tree, PAIRS) * VECTOR;
  const order = field(tree, ORDER);
  const inner = field(tree, INNER);
  const first = field(tree, FIRST);
  const nodes = field(model, NODES);
  const previousOf = field(model, PREVIOUS);
  memory.copy(products, field(tree, POINTS) + 2 * size, size);
  for (let index: usize = 0; index < inner; index++) {
    const node = <usize>load<u32>(order + (index << 2));
    const at = nodes + (node << 4);
    const left = <usize>load<u32>(at, 4);
    const place = left - first;
    const from = products + (node - first) * size;
    const to = products + place * size;
    const previous = load<u32>(previousOf + (left << 2));
    if (previous != u32.MAX_VALUE && load<u8>(agrees + (<usize>previous - first)) == 0) {
      store<u16>(agrees + place, 0);
      scale(from, to, size, load<f64>(field(model, SHARES) + (left << 3)), load<f64>(field(model, SHARES) + (left << 3), 8));
      continue;
    }
    const right = choosesRight(at, slots + (<usize>load<u32>(at, 8) << 2), load<u32>(at, 12));
    store<u8>(agrees + place, <u8>(right ^ 1));
    store<u8>(agrees + place, <u8>right, 1);
    const leftFactors = factors + place * FACTOR_KINDS * size + <usize>right * size;
    const rightFactors = factors + (place + 1) * FACTOR_KINDS * size + <usize>(right ^ 1) * size;
    if (factors) multiply(from, to, size, leftFactors, rightFactors);
    else multiplyAnew(from, to, size, field(tree, POINTS), sharesBefore(model, previous), sharesOf(model, left), right);
  }
}

@inline
function scale(from: usize, to: usize, size: usize, left: f64, right: f64): void {
  for (let at: usize = 0; at < size; at += VECTOR) {
    const product = v128.load(from + at);
    v128.store(to + at, f64x2.mul(product, f64x2.splat(left)));
    v128.store(to + size + at, f64x2.mul(product, f64x2.splat(right)));
  }
}

/** The leaves' values times their products, added up towards the root; on the way each node gives to its column. */
function up(
  model: usize, tree: usize, factors: usize, agrees: usize, products: usize, sums: usize, values: usize, output: usize,
): void {
  const size = field(tree, PAIRS) * VECTOR;
  const first = field(tree, FIRST);
  const order = field(tree, ORDER);
  const nodes = field(model, NODES);
  const features = field(model, FEATURES);
  const previousOf = field(model, PREVIOUS);
  weighLeaves(model, tree, products, sums, output);
  for (let index = <isize>field(tree, INNER) - 1; index >= 0; index--) {
    const node = <usize>load<u32>(order + (index << 2));
    const left = <usize>load<u32>(nodes + (node << 4), 4);
    const place = left - first;
    const from = sums + place * size;
    const to = sums + (node - first) * size;
    const previous = load<u32>(previousOf + (left << 2));
    if (previous != u32.MAX_VALUE && load<u8>(agrees + (<usize>previous - first)) == 0) {
      add(from, to, size);
      continue;
    }
    const right = <usize>load<u8>(agrees + place + 1);
    const leftFactors = factors + place * FACTOR_KINDS * size + (2 + right) * size;
    const rightFactors = factors + (place + 1) * FACTOR_KINDS * size + (3 - right) * size;
    const value = values + (<usize>load<u32>(features + (node << 2)) << 3);
    const given = factors
      ? addAndWeigh(from, to, size, leftFactors, rightFactors)
      : weighAnew(from, to, size, field(tree, POINTS), sharesBefore(model, previous), sharesOf(model, left), right);
    store<f64>(value, load<f64>(value) + given);
  }
}

@inline
function add(from: usize, to: usize, size: usize): void {
  for (let at: usize = 0; at < size; at += VECTOR) {
    v128.store(to + at, f64x2.add(v128.load(from + at), v128.load(from + size + at)));
  }
}

@inline
function weighLeaves(model: usize, tree: usize, products: usize, sums: usize, output: usize): void {
  const size = field(tree, PAIRS) * VECTOR;
  const first = field(tree, FIRST);
  const count = field(tree, COUNT);
  const order = field(tree, ORDER);
  const width = field(model, WIDTH);
  for (let index = field(tree, INNER); index < count; index++) {
    const leaf = <usize>load<u32>(order + (index << 2));
    const row = <usize>load<u32>(field(model, LEAF_ROWS) + (leaf << 2));
    const value = f64x2.splat(<f64>load<f32>(field(model, VALUES) + ((row * width + output) << 2)));
    const at = (leaf - first) * size;
    for (let offset: usize = 0; offset < size; offset += VECTOR) {
      v128.store(sums + at + offset, f64x2.mul(value, v128.load(products + at + offset)));
    }
  }
}
