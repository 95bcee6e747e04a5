// Rotates rows so that the first columns tell points apart most. A rotation keeps distances, but for rounding: how much
// that can be is the slack of a row.
import {
  centre,
  columns,
  givenRows,
  leastSlack,
  placedRows,
  reflectorCount,
  reflectors,
  room,
  rowAt,
  rowCount,
  scale,
  slacks,
} from "./neighbours-record";

/** Rounding to f32 moves a point by 2⁻²⁴ of its length at most; this leaves room for what f64 loses before that. */
const SLACK_SHARE: f64 = 1.0 / 4194304.0;

/** One thread's share of the rows, evenly. */
export function rotateShare(thread: i32, threads: i32): void {
  const first = <i32>((<i64>rowCount * thread) / threads);
  const last = <i32>((<i64>rowCount * (thread + 1)) / threads);
  for (let row = first; row < last; row++) {
    store<f32>(slacks + (<usize>row << 2), rotateRow(rowAt(givenRows, row), rowAt(placedRows, row)));
  }
}

/** Writes the rotated row and gives its slack. Needs room for a row of f64. */
export function rotateRow(given: usize, rotated: usize): f32 {
  const length = Math.sqrt(centreRow(given)) * scale;
  for (let index = 0; index < reflectorCount; index++) reflect(index);
  for (let column: usize = 0; column < <usize>columns; column++) {
    store<f32>(rotated + (column << 2), <f32>(load<f64>(room + (column << 3)) * scale));
  }
  return <f32>(length * SLACK_SHARE + leastSlack);
}

/** Puts the row's distance from the centre into the room and gives its squared length. */
@inline
function centreRow(given: usize): f64 {
  let squares: f64 = 0;
  for (let column: usize = 0; column < <usize>columns; column++) {
    const value = <f64>load<f32>(given + (column << 2)) - load<f64>(centre + (column << 3));
    store<f64>(room + (column << 3), value);
    squares += value * value;
  }
  return squares;
}

/** x − 2 u (u · x); the first `index` entries of reflector `index` are 0. */
@inline
function reflect(index: i32): void {
  const unit = reflectors + <usize>index * <usize>columns * 8;
  const begin = <usize>(index & ~1) << 3;
  const pairs = <usize>(columns & ~1) << 3;
  const odd = (columns & 1) == 1;
  let sums = f64x2.splat(0);
  for (let at = begin; at < pairs; at += 16) sums = f64x2.add(sums, f64x2.mul(v128.load(unit + at), v128.load(room + at)));
  let product = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (odd) product += load<f64>(unit + pairs) * load<f64>(room + pairs);
  product *= -2;
  const factors = f64x2.splat(product);
  for (let at = begin; at < pairs; at += 16) {
    v128.store(room + at, f64x2.add(v128.load(room + at), f64x2.mul(factors, v128.load(unit + at))));
  }
  if (odd) store<f64>(room + pairs, load<f64>(room + pairs) + product * load<f64>(unit + pairs));
}
