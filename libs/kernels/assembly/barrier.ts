// A meeting point of the threads that work on one memory: two words, how many have come and how often all have met.

const MEETINGS: usize = 64;
/** Turns of waiting before a thread sleeps: to be woken takes longer than most waits, so long as every thread has a core. */
const FEWEST: i32 = 20_000;
const MOST: i32 = 200_000;
const NANOSECONDS: i64 = 5_000_000;

/** Returns when all threads have called it. `place` is 128 bytes that begin as 0; the words lie on lines of their own. */
export function barrier(place: usize, threads: i32): void {
  if (threads == 1) return;
  const meeting = atomic.load<i32>(place, MEETINGS);
  if (atomic.add<i32>(place, 1) == threads - 1) {
    atomic.store<i32>(place, 0);
    atomic.add<i32>(place, 1, MEETINGS);
    atomic.notify(place + MEETINGS, threads);
  } else {
    awaitNext(place, meeting);
  }
}

/** Halves with every wait that was in vain, because the other thread may be waiting for this one's core. */
let patience = MOST;

function awaitNext(place: usize, meeting: i32): void {
  for (let spin = 0; spin < patience; spin++) {
    if (atomic.load<i32>(place, MEETINGS) == meeting) continue;
    patience = min(MOST, patience + (patience >> 3));
    return;
  }
  patience = max(FEWEST, patience >> 1);
  while (atomic.load<i32>(place, MEETINGS) == meeting) atomic.wait<i32>(place + MEETINGS, meeting, NANOSECONDS);
}
