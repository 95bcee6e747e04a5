// What a step down a tree does to the products of a row, and what a step up gives to its column: by factors that are kept, or made
// anew where they would take too much memory.
import { field, FIRST, INNER, NODES, ORDER, PAIRS, POINTS, PREVIOUS, REMAINING, VECTOR } from "./shap-record";

/** A node's factors: of the product when the row comes to it and when not, and what they give to its column. */
export const FACTOR_KINDS: usize = 4;

@inline
function numberOf(model: usize, name: usize, node: usize): f64 {
  return load<f64>(field(model, name) + (node << 3));
}

@inline
function leftOf(model: usize, node: usize): usize {
  return <usize>load<u32>(field(model, NODES) + (node << 4), 4);
}

/** Writes the factors of all children of a tree: all that does not depend on a row. */
export function prepareTree(model: usize, tree: usize, factors: usize): void {
  const order = field(tree, ORDER);
  const inner = field(tree, INNER);
  for (let index: usize = 0; index < inner; index++) {
    const left = leftOf(model, <usize>load<u32>(order + (index << 2)));
    prepareChild(model, tree, left, factors);
    prepareChild(model, tree, left + 1, factors);
  }
}

function prepareChild(model: usize, tree: usize, child: usize, factors: usize): void {
  const pairs = field(tree, PAIRS);
  const previous = load<u32>(field(model, PREVIOUS) + (child << 2));
  const before = sharesBefore(model, previous);
  const now = f64x2.splat(numberOf(model, REMAINING, child));
  const to = factorsOf(tree, factors, child);
  for (let at: usize = 0; at < pairs * VECTOR; at += VECTOR) {
    const t = v128.load(field(tree, POINTS) + at);
    const rest = v128.load(field(tree, POINTS) + pairs * VECTOR + at);
    writeFactors(to + at, pairs * VECTOR, t, rest, before, now);
  }
}

@inline
function writeFactors(to: usize, size: usize, t: v128, rest: v128, before: v128, now: v128): void {
  const one = f64x2.splat(1);
  const productBefore = f64x2.add(t, f64x2.mul(before, rest));
  const product = f64x2.add(t, f64x2.mul(now, rest));
  const taken = f64x2.div(f64x2.sub(one, before), productBefore);
  v128.store(to, f64x2.div(product, productBefore));
  v128.store(to + size, f64x2.div(f64x2.mul(now, rest), productBefore));
  v128.store(to + 2 * size, f64x2.sub(f64x2.div(f64x2.sub(one, now), product), taken));
  v128.store(to + 3 * size, f64x2.sub(f64x2.neg(f64x2.div(one, rest)), taken));
}

@inline
function factorsOf(tree: usize, factors: usize, node: usize): usize {
  return factors + (node - field(tree, FIRST)) * FACTOR_KINDS * (field(tree, PAIRS) * VECTOR);
}

/** The share of the training rows that agree in a column, by the nodes that asked it before. */
@inline
export function sharesBefore(model: usize, previous: u32): v128 {
  return f64x2.splat(previous == u32.MAX_VALUE ? 1 : numberOf(model, REMAINING, <usize>previous));
}

/** The shares of a left child and of its sibling. */
@inline
export function sharesOf(model: usize, left: usize): v128 {
  return v128.load(field(model, REMAINING) + (left << 3));
}

@inline
export function multiply(from: usize, to: usize, size: usize, left: usize, right: usize): void {
  for (let at: usize = 0; at < size; at += VECTOR) {
    const product = v128.load(from + at);
    v128.store(to + at, f64x2.mul(product, v128.load(left + at)));
    v128.store(to + size + at, f64x2.mul(product, v128.load(right + at)));
  }
}

/** The same as multiply, for models whose factors would take more memory than it takes time to make them again. */
@inline
export function multiplyAnew(from: usize, to: usize, size: usize, points: usize, before: v128, shares: v128, right: u32): void {
  const leftAgrees = f64x2.splat(<f64>(right ^ 1));
  const rightAgrees = f64x2.splat(<f64>right);
  const left = v128.shuffle<i64>(shares, shares, 0, 0);
  const other = v128.shuffle<i64>(shares, shares, 1, 1);
  for (let at: usize = 0; at < size; at += VECTOR) {
    const t = v128.load(points + at);
    const rest = v128.load(points + size + at);
    const product = f64x2.div(v128.load(from + at), f64x2.add(t, f64x2.mul(before, rest)));
    v128.store(to + at, f64x2.mul(product, f64x2.add(f64x2.mul(leftAgrees, t), f64x2.mul(left, rest))));
    v128.store(to + size + at, f64x2.mul(product, f64x2.add(f64x2.mul(rightAgrees, t), f64x2.mul(other, rest))));
  }
}

@inline
export function addAndWeigh(from: usize, to: usize, size: usize, leftFactors: usize, rightFactors: usize): f64 {
  let weighed = f64x2.splat(0);
  for (let at: usize = 0; at < size; at += VECTOR) {
    const left = v128.load(from + at);
    const right = v128.load(from + size + at);
    v128.store(to + at, f64x2.add(left, right));
    weighed = f64x2.add(weighed, f64x2.mul(left, v128.load(leftFactors + at)));
    weighed = f64x2.add(weighed, f64x2.mul(right, v128.load(rightFactors + at)));
  }
  return f64x2.extract_lane(weighed, 0) + f64x2.extract_lane(weighed, 1);
}

/** The same as addAndWeigh, where factors are made again: the child that the row agrees with is given its share. */
@inline
export function weighAnew(from: usize, to: usize, size: usize, points: usize, before: v128, shares: v128, right: usize): f64 {
  const one = f64x2.splat(1);
  const share = right ? v128.shuffle<i64>(shares, shares, 1, 1) : v128.shuffle<i64>(shares, shares, 0, 0);
  const agreeing = from + right * size;
  const other = from + (right ^ 1) * size;
  let weighed = f64x2.splat(0);
  for (let at: usize = 0; at < size; at += VECTOR) {
    const t = v128.load(points + at);
    const rest = v128.load(points + size + at);
    const agrees = v128.load(agreeing + at);
    const disagrees = v128.load(other + at);
    const all = f64x2.add(agrees, disagrees);
    v128.store(to + at, all);
    const given = f64x2.div(f64x2.mul(f64x2.sub(one, share), agrees), f64x2.add(t, f64x2.mul(share, rest)));
    const taken = f64x2.div(f64x2.mul(f64x2.sub(one, before), all), f64x2.add(t, f64x2.mul(before, rest)));
    weighed = f64x2.add(weighed, f64x2.sub(f64x2.sub(given, f64x2.div(disagrees, rest)), taken));
  }
  return f64x2.extract_lane(weighed, 0) + f64x2.extract_lane(weighed, 1);
}
