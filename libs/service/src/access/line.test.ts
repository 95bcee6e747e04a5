import { openLine } from "./line.js";

interface Item {
  at: number;
  gone?: boolean;
}

/** A loop whose turns are played: what lies at the sockets is read, then the line goes on. Work takes its time when it begins. */
function playedLoop({ workMs = 0.1, queueMs = 25, maxInFlight = 1000 } = {}) {
  let now = 0;
  let queued: (() => void)[] = [];
  const seen = { begun: 0, refused: 0, longest: 0 };
  const line = openLine<Item>({
    ...{ queueMs, maxInFlight },
    begin({ at }) {
      seen.begun += 1;
      seen.longest = Math.max(seen.longest, now - at);
      now += workMs;
    },
    refuse() {
      seen.refused += 1;
      now += 0.01;
    },
    isGone: ({ gone }) => gone === true,
    ticks: () => now,
    afterTurn: (run) => void queued.push(run),
  });
  const look = () => {
    const runs = queued;
    queued = [];
    runs.forEach((run) => run());
  };
  /** So many come at once; the answer is how many were refused. */
  const turn = (count: number, more: Partial<Item> = {}): number => {
    const before = seen.refused;
    for (let index = 0; index < count; index += 1) {
      line.join({ at: now, ...more });
      now += 0.005;
    }
    look();
    return seen.refused - before;
  };
  const finish = () => {
    while (queued.length > 0) look();
  };
  return { line, seen, turn, finish, idle: (ms: number) => (now += ms), now: () => now };
}

describe("the line", () => {
  it("refuses nobody while there is none, however long somebody else held up the loop", () => {
    const { turn, idle, finish } = playedLoop();
    for (let round = 0; round < 300; round += 1) {
      expect(turn(20)).toBe(0);
      finish();
      idle(round % 30 === 0 ? 500 : 5);
    }
  });

  it("serves a burst", () => {
    const { turn, idle, finish, seen } = playedLoop();
    for (let round = 0; round < 100; round += 1) {
      turn(10);
      finish();
    }
    idle(1000);
    expect(turn(1000)).toBe(0);
    finish();
    expect(seen.begun).toBe(2000);
  });

  it("is as short as it may be once there is one, and work goes on all the time", () => {
    const { turn, seen, now } = playedLoop();
    for (let round = 0; round < 500; round += 1) turn(100);
    const before = { ...seen, now: now() };
    seen.longest = 0;
    for (let round = 0; round < 500; round += 1) turn(100);
    expect(seen.longest).toBeLessThan(50);
    const [worked, passed] = [(seen.begun - before.begun) * 0.1, now() - before.now];
    expect(worked / passed).toBeGreaterThan(0.55);
    // All the rest of the time went into reading and refusing what came.
    const told = (seen.refused - before.refused) * 0.01 + 500 * 100 * 0.005;
    expect((worked + told) / passed).toBeGreaterThan(0.99);
  });

  it("lets the event loop look at the sockets every few milliseconds", () => {
    const { turn, now } = playedLoop();
    for (let round = 0; round < 500; round += 1) turn(100);
    for (let round = 0; round < 50; round += 1) {
      const before = now();
      turn(5);
      expect(now() - before).toBeLessThan(5);
    }
  });

  it("lets everybody in again when it is gone", () => {
    const { turn, idle, finish } = playedLoop();
    for (let round = 0; round < 500; round += 1) turn(100);
    expect(turn(1000)).toBeGreaterThan(0);
    finish();
    idle(200);
    expect(turn(500)).toBe(0);
  });

  it("goes on where each request takes longer than the line may", () => {
    const { turn, seen } = playedLoop({ workMs: 50 });
    for (let round = 0; round < 50; round += 1) turn(100);
    expect(seen.begun).toBeGreaterThanOrEqual(50);
    expect(seen.refused).toBeGreaterThan(4000);
  });

  it("does no work for who is gone", () => {
    const { turn, seen, finish } = playedLoop({ workMs: 1 });
    turn(100, { gone: true });
    finish();
    expect(seen.begun).toBeLessThan(5);
  });

  it("refuses more than may wait for their answer, until one has it", () => {
    const { line, seen } = playedLoop({ maxInFlight: 2 });
    const waits = [line.wait(), line.wait()];
    line.join({ at: 0 });
    expect(seen).toMatchObject({ begun: 0, refused: 1 });
    waits[0]!();
    line.join({ at: 0 });
    expect(seen).toMatchObject({ begun: 1, refused: 1 });
  });
});
