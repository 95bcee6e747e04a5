import { block, scaledBlock, stride } from "./linear-task";

/** The row of the block times its factor, for addOuter. */
export function scaleRow(row: i32, factor: f64): void {
  const factors = f64x2.splat(factor);
  const from = block + ((<usize>row * stride) << 3);
  const into = scaledBlock + ((<usize>row * stride) << 3);
  for (let at: usize = 0; at < <usize>stride << 3; at += 16) v128.store(into + at, f64x2.mul(v128.load(from + at), factors));
}

/** Adds the sum over the rows of factor · x xᵀ to the lower triangle of `into`, a tile of four by four at a time. */
export function addOuter(count: i32, into: usize): void {
  for (let down = 0; down < stride; down += 4) {
    for (let right = 0; right <= down; right += 4) {
      const tile = into + ((<usize>down * stride + right) << 3);
      addTile(count, scaledBlock + (<usize>down << 3), block + (<usize>right << 3), tile);
    }
  }
}

function addTile(count: i32, left: usize, right: usize, tile: usize): void {
  const bytes = <usize>stride << 3;
  let a0 = v128.load(tile);
  let a1 = v128.load(tile + 16);
  let b0 = v128.load(tile + bytes);
  let b1 = v128.load(tile + bytes + 16);
  let c0 = v128.load(tile + 2 * bytes);
  let c1 = v128.load(tile + 2 * bytes + 16);
  let d0 = v128.load(tile + 3 * bytes);
  let d1 = v128.load(tile + 3 * bytes + 16);
  for (let row = 0; row < count; row++) {
    const x0 = v128.load(right);
    const x1 = v128.load(right + 16);
    const a = v128.load64_splat(left);
    a0 = f64x2.add(a0, f64x2.mul(a, x0));
    a1 = f64x2.add(a1, f64x2.mul(a, x1));
    const b = v128.load64_splat(left + 8);
    b0 = f64x2.add(b0, f64x2.mul(b, x0));
    b1 = f64x2.add(b1, f64x2.mul(b, x1));
    const c = v128.load64_splat(left + 16);
    c0 = f64x2.add(c0, f64x2.mul(c, x0));
    c1 = f64x2.add(c1, f64x2.mul(c, x1));
    const d = v128.load64_splat(left + 24);
    d0 = f64x2.add(d0, f64x2.mul(d, x0));
    d1 = f64x2.add(d1, f64x2.mul(d, x1));
    left += bytes;
    right += bytes;
  }
  v128.store(tile, a0);
  v128.store(tile + 16, a1);
  v128.store(tile + bytes, b0);
  v128.store(tile + bytes + 16, b1);
  v128.store(tile + 2 * bytes, c0);
  v128.store(tile + 2 * bytes + 16, c1);
  v128.store(tile + 3 * bytes, d0);
  v128.store(tile + 3 * bytes + 16, d1);
}
