// What a node of a tree asks, without a branch: a comparison or a set of categories, of a slot that holds 4 bytes of a row:
// a column's number or a category's code (see libs/learning/src/trees/score-slots.ts).

/** Kinds of slots. */
const MISSING_RIGHT: u8 = 1;
const IS_MISSING: u8 = 2;
const CATEGORY: u8 = 3;

/** 1 where the value of a slot goes right; the node's first word is its threshold. */
@inline
export function goesRight(node: usize, slot: usize): u32 {
  return u32(load<f32>(slot) > load<f32>(node));
}

/** A node that asks for categories has the address of its set, of 256 bits, instead of a threshold. */
@inline
export function choosesRight(node: usize, slot: usize, asksCategory: u32): u32 {
  const code = load<u32>(slot);
  const set = select<u32>(load<u32>(node) + ((code >> 3) & 31), 0, asksCategory);
  const outside = ((<u32>load<u8>(<usize>set) >> (code & 7)) & 1) ^ 1;
  return select<u32>(outside, goesRight(node, slot), asksCategory);
}

/** Writes what a row gives to each slot, 1 << shift values apart. */
export function fillSlots(row: usize, count: i32, columns: usize, kinds: usize, to: usize, shift: usize): void {
  for (let slot = 0; slot < count; slot++) {
    const value = load<f32>(row + (<usize>load<u32>(columns + (<usize>slot << 2)) << 2));
    store<u32>(to + (<usize>slot << (2 + shift)), slotBits(load<u8>(kinds + <usize>slot), value));
  }
}

@inline
function slotBits(kind: u8, value: f32): u32 {
  if (kind == CATEGORY) return value >= 0 && value < 255 ? <u32>value : 255;
  const isMissing = value != value;
  if (kind == MISSING_RIGHT && isMissing) value = Infinity;
  if (kind == IS_MISSING) value = isMissing ? 1 : 0;
  return reinterpret<u32>(value);
}

/** Bytes of ones for the codes, of sixteen rows in two groups of eight, that are not in a set of 32 bytes. */
@inline
export function outsideSet(set: usize, first: usize, second: usize): v128 {
  const low = i16x8.narrow_i32x4_u(v128.load(first), v128.load(first, 16));
  const high = i16x8.narrow_i32x4_u(v128.load(second), v128.load(second, 16));
  const codes = i8x16.narrow_i16x8_u(low, high);
  const places = i8x16.shr_u(codes, 3);
  // A lane that is asked for beyond the sixteenth is 0.
  const upper = i8x16.swizzle(v128.load(set, 16), i8x16.sub(places, i8x16.splat(16)));
  const bytes = v128.or(i8x16.swizzle(v128.load(set), places), upper);
  const bits = i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), v128.and(codes, i8x16.splat(7)));
  return i8x16.eq(v128.and(bytes, bits), i8x16.splat(0));
}
