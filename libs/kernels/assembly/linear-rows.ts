import { BLOCK, block, coefficients, columns, outputs, residuals, scale, scores, shift, stride, valueBytes, values } from "./linear-task";

/** Brings `count` rows into the block: as doubles, each less its column's shift and times its scale. */
export function loadBlock(first: i32, count: i32): void {
  if (valueBytes == 4) loadRows<f32>(first, count);
  else loadRows<f64>(first, count);
}

function loadRows<T extends number>(first: i32, count: i32): void {
  const bytes = <usize>columns * sizeof<T>();
  for (let row = 0; row < count; row++) {
    loadRow<T>(values + <usize>(first + row) * bytes, block + ((<usize>row * stride) << 3), shift, scale, columns);
  }
}

function loadRow<T extends number>(from: usize, to: usize, shift: usize, scale: usize, columns: i32): void {
  const end = to + ((<usize>columns & ~1) << 3);
  const fours = to + ((<usize>columns & ~3) << 3);
  while (to < fours) {
    loadPair<T>(from, to, shift, scale);
    loadPair<T>(from + 2 * sizeof<T>(), to + 16, shift + 16, scale + 16);
    from += 4 * sizeof<T>();
    to += 32;
    shift += 32;
    scale += 32;
  }
  if (to < end) {
    loadPair<T>(from, to, shift, scale);
    from += 2 * sizeof<T>();
    to += 16;
    shift += 16;
    scale += 16;
  }
  if (columns & 1) store<f64>(to, (<f64>load<T>(from) - load<f64>(shift)) * load<f64>(scale));
}

@inline
function loadPair<T extends number>(from: usize, to: usize, shift: usize, scale: usize): void {
  const pair = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from);
  v128.store(to, f64x2.mul(f64x2.sub(pair, v128.load(shift)), v128.load(scale)));
}

/** scores[k][row] = the row of the block times the coefficients of output k. Rows past the last one give what nobody reads. */
export function scoreBlock(count: i32): void {
  for (let row = 0; row < count; row += 4) {
    for (let k = 0; k < outputs; k++) scoreFour(row, k);
  }
}

@inline
function scoreFour(row: i32, k: i32): void {
  const bytes = <usize>stride << 3;
  const x = block + <usize>row * bytes;
  const weights = coefficients + <usize>k * bytes;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(weights + at);
    a = f64x2.add(a, f64x2.mul(v128.load(x + at), weight));
    b = f64x2.add(b, f64x2.mul(v128.load(x + bytes + at), weight));
    c = f64x2.add(c, f64x2.mul(v128.load(x + 2 * bytes + at), weight));
    d = f64x2.add(d, f64x2.mul(v128.load(x + 3 * bytes + at), weight));
  }
  const into = scores + ((<usize>k * BLOCK + row) << 3);
  v128.store(into, sumsOf(a, b));
  v128.store(into + 16, sumsOf(c, d));
}

@inline
function sumsOf(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/** Adds to a gradient, for each output, the rows of the block times their residuals; those past the last row are 0. */
export function addGradient(count: i32, gradient: usize): void {
  for (let k = 0; k < outputs; k++) {
    for (let row = 0; row < count; row += 4) addFour(row, k, gradient);
  }
}

@inline
function addFour(row: i32, k: i32, gradient: usize): void {
  const bytes = <usize>stride << 3;
  const x = block + <usize>row * bytes;
  const factors = residuals + ((<usize>k * BLOCK + row) << 3);
  const a = v128.load64_splat(factors);
  const b = v128.load64_splat(factors + 8);
  const c = v128.load64_splat(factors + 16);
  const d = v128.load64_splat(factors + 24);
  const into = gradient + <usize>k * bytes;
  for (let at: usize = 0; at < bytes; at += 16) {
    const ab = f64x2.add(f64x2.mul(v128.load(x + at), a), f64x2.mul(v128.load(x + bytes + at), b));
    const cd = f64x2.add(f64x2.mul(v128.load(x + 2 * bytes + at), c), f64x2.mul(v128.load(x + 3 * bytes + at), d));
    v128.store(into + at, f64x2.add(v128.load(into + at), f64x2.add(ab, cd)));
  }
}
