// Random numbers: PCG-XSH-RR 64/32 (O'Neill 2014). Each thread has one state; whoever begins something of its own seeds it.

const FACTOR: u64 = 6364136223846793005;
const STEP: u64 = 1442695040888963407;

let state: u64 = 0;

export function seedRandom(seed: u64): void {
  state = seed + STEP;
  nextBits();
}

@inline
export function nextBits(): u32 {
  const now = state;
  state = now * FACTOR + STEP;
  return rotr<u32>(<u32>(((now >> 18) ^ now) >> 27), <u32>(now >> 59));
}

/** One of 0 … count − 1 (Lemire 2019, without the rejection: the bias is below count ÷ 2³²). */
@inline
export function randomBelow(count: u32): u32 {
  return <u32>((<u64>nextBits() * <u64>count) >> 32);
}
