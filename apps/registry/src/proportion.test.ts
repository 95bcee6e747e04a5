import { intervalOf, surelyLarger, type Count } from "./proportion.js";

describe("the interval of a share", () => {
  it("is narrow with many counts and wide with few, and stays within 0 and 1", () => {
    expect(intervalOf({ hits: 0, of: 0 })).toEqual({ low: 0, high: 1 });
    const [few, many] = [intervalOf({ hits: 1, of: 10 }), intervalOf({ hits: 1000, of: 10_000 })];
    expect(few.low).toBeGreaterThanOrEqual(0);
    expect(few.high).toBeGreaterThan(0.5);
    expect(many.low).toBeGreaterThan(0.088);
    expect(many.high).toBeLessThan(0.113);
  });
});

describe("a share that is surely larger", () => {
  it("needs more than a few counts", () => {
    expect(surelyLarger({ hits: 1, of: 10 }, { hits: 0, of: 1000 })).toBeLessThan(0.01);
    expect(surelyLarger({ hits: 200, of: 1000 }, { hits: 0, of: 1000 })).toBeGreaterThan(0.1);
  });

  it("is found wrongly in fewer than one of a hundred rollouts of equal versions, looked at all the time", () => {
    const draw = seeded(7);
    const isFoundWrongly = () => {
      const [a, b] = [count(), count()];
      for (let look = 0; look < 200; look++) {
        add(a, 20, draw);
        add(b, 20, draw);
        if (surelyLarger(a, b) > 0) return true;
      }
      return false;
    };
    const wrong = Array.from({ length: 500 }, isFoundWrongly).filter(Boolean).length;
    expect(wrong).toBeLessThan(5);
  });
});

const count = (): { hits: number; of: number } => ({ hits: 0, of: 0 });

function add(to: { -readonly [Key in keyof Count]: Count[Key] }, requests: number, draw: () => number): void {
  to.of += requests;
  for (let i = 0; i < requests; i++) if (draw() < 0.05) to.hits++;
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
