import { seededRandom } from "../data/random.js";
import { isHopeless } from "./race.js";
import { openSearch, search, type Evaluate, type SearchMethod, type SearchSpec } from "./search.js";
import { gridOf, valueAt, type Range } from "./search-space.js";
import type { FinishedTrial } from "./search-strategy.js";

const space = {
  depth: { min: 1, max: 20, integer: true },
  rate: { min: 1e-4, max: 1, log: true },
  kind: ["a", "b", "c"],
};
const candidates = [
  { family: "trees", space, params: { fixed: true } },
  { family: "lines", space: { C: { min: 0.01, max: 100, log: true } } },
];
const base: Omit<SearchSpec, "method"> = { candidates, trials: 30, seed: 3, greaterIsBetter: true };
/** Best at depth 12, rate 0.02, kind b. */
const score = ({ family, params }: { family: string; params: Record<string, unknown> }): number => {
  if (family === "lines") return 0.3 - Math.abs(Math.log10(params.C as number)) / 20;
  const { depth, rate, kind } = params as { depth: number; rate: number; kind: string };
  return 0.9 - Math.abs(depth - 12) / 40 - Math.abs(Math.log10(rate / 0.02)) / 8 - (kind === "b" ? 0 : 0.1);
};
const evaluate: Evaluate = (plan) => ({ scores: [score(plan), score(plan) + 0.01] });
const methods: SearchMethod[] = ["grid", "random", "halving", "tpe"];
const specOf = (method: SearchMethod, more: Partial<SearchSpec> = {}): SearchSpec => ({
  ...base,
  method,
  ...(method === "grid" && {
    candidates: [
      {
        family: "trees",
        space: { depth: [2, 12, 20], rate: { min: 1e-3, max: 1, log: true, steps: 4 }, kind: ["a", "b"] },
      },
      { family: "lines", space: { C: [0.1, 1, 10] } },
    ],
  }),
  ...more,
});

describe.each(methods)("a search by %s", (method) => {
  const whole = search(specOf(method), evaluate);

  it("tries no point twice, and each within its space", () => {
    expect(new Set(whole.finished.map(({ id }) => id)).size).toBe(whole.finished.length);
    expect(whole.finished.length).toBeGreaterThan(20);
    for (const { family, params } of whole.finished.filter(({ family }) => family === "trees")) {
      expect(family).toBe("trees");
      const { depth, rate, kind } = params as { depth: number; rate: number; kind: string };
      expect(Number.isInteger(depth) && depth >= 1 && depth <= 20).toBe(true);
      expect(rate >= 1e-4 && rate <= 1 && ["a", "b", "c"].includes(kind)).toBe(true);
    }
    expect(new Set(whole.finished.map(({ family }) => family)).size).toBe(2);
  });

  it("finds the best of what it tried", () => {
    const inFull = whole.finished.filter(({ share }) => share === 1);
    expect(whole.best!.scores![0]).toBe(Math.max(...inFull.map(({ scores }) => scores![0]!)));
    expect(whole.best!.family).toBe("trees");
  });

  it("makes the same trials however many are under way and whichever is done first", () => {
    for (const workers of [2, 7]) {
      const opened = openSearch(specOf(method));
      const chance = seededRandom(workers);
      const underWay: { id: string; run: () => void }[] = [];
      while (!opened.done) {
        for (let plan = opened.ask(); plan !== undefined; plan = underWay.length < workers ? opened.ask() : undefined) {
          const { id } = plan;
          const result = evaluate(plan, () => false);
          underWay.push({ id, run: () => opened.tell(id, result) });
        }
        underWay.splice(chance.integer(underWay.length), 1)[0]!.run();
      }
      expect(opened.finished).toEqual(whole.finished);
      expect(opened.best).toEqual(whole.best);
    }
  });

  it("goes on where it was left off, and does nothing twice", () => {
    const half = whole.finished.slice(0, 11);
    const done: string[] = [];
    const rest = search(specOf(method, { finished: half }), (plan, hopeless) => {
      done.push(plan.id);
      return evaluate(plan, hopeless);
    });
    expect(rest).toEqual(whole);
    expect(done).toHaveLength(whole.finished.length - 11);
  });

  it("makes other trials for another seed, but for a grid", () => {
    const other = search(specOf(method, { seed: 4 }), evaluate).finished;
    if (method === "grid") expect(other).toEqual(whole.finished);
    else expect(other).not.toEqual(whole.finished);
  });

  it("is not stopped by a trial that fails", () => {
    const outcome = search(specOf(method), (plan, hopeless) => {
      if (plan.family === "lines") throw new Error("no lines today");
      return evaluate(plan, hopeless);
    });
    expect(outcome.best!.family).toBe("trees");
    const failed = outcome.finished.filter(({ problem }) => problem !== undefined);
    expect(failed[0]).toMatchObject({ family: "lines", problem: { message: "no lines today" } });
  });

  it("takes less for better where less is", () => {
    const outcome = search(specOf(method, { greaterIsBetter: false }), (plan) => ({ scores: [-score(plan)] }));
    expect(score(outcome.best!)).toBeGreaterThan(0.6);
  });
});

describe("what ends a search", () => {
  it("is its time, after one trial at least", () => {
    let time = 0;
    const now = () => (time += 10);
    const outcome = search(specOf("random"), evaluate, { now, budget: 35 });
    expect(outcome.ended).toBe("out of time");
    expect(outcome.finished).toHaveLength(4);
    expect(outcome.finished).toEqual(search(specOf("random"), evaluate).finished.slice(0, 4));
    expect(search(specOf("random"), evaluate, { now, budget: 0 }).finished).toHaveLength(1);
  });

  it("is a signal", () => {
    const signal = { aborted: false };
    const onProgress = (done: number) => void (signal.aborted = done === 5);
    expect(() => search(specOf("tpe"), evaluate, { signal, onProgress })).toThrow("called off after 5 of 30 steps");
  });

  it("is that a small space has no other points", () => {
    const small = [{ family: "trees", space: { depth: [1, 2], kind: ["a", "b", "c"] } }, { family: "lines" }];
    for (const method of ["random", "tpe"] as const)
      expect(search({ ...base, candidates: small, method }, () => ({ scores: [1] })).finished).toHaveLength(7);
  });
});

it("halving gives the best third three times the rows, and chooses among those that had all", () => {
  const { finished, best } = search(specOf("halving", { trials: 27 }), evaluate);
  const at = (share: number) => finished.filter((trial) => Math.abs(trial.share - share) < 1e-9);
  expect([1 / 9, 1 / 3, 1].map((share) => at(share).length)).toEqual([27, 9, 3]);
  const worstKept = Math.min(...at(1 / 3).map(score));
  const left = at(1 / 9).filter((trial) => !at(1 / 3).some((kept) => score(kept) === score(trial)));
  expect(Math.max(...left.map(score))).toBeLessThanOrEqual(worstKept);
  expect(best!.share).toBe(1);
});

describe("tpe comes nearer to the minimum than chance in as many trials", () => {
  const bowl = ({ params }: { params: Record<string, unknown> }) => {
    const { x, y, kind } = params as { x: number; y: number; kind: string };
    return (x - 0.7) ** 2 + (Math.log10(y) + 2) ** 2 / 4 + (kind === "b" ? 0 : 0.3);
  };
  const candidates = [
    { family: "f", space: { x: { min: -5, max: 5 }, y: { min: 1e-6, max: 1, log: true }, kind: ["a", "b", "c", "d"] } },
  ];
  const reached = (method: SearchMethod, seed: number) => {
    const spec: SearchSpec = { candidates, method, seed, trials: 60, greaterIsBetter: false };
    return bowl(search(spec, (plan) => ({ scores: [bowl(plan)] })).best!);
  };
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);

  it("in the mean over twelve seeds, and in most of them", () => {
    const tpe = seeds.map((seed) => reached("tpe", seed));
    const chance = seeds.map((seed) => reached("random", seed));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(tpe)).toBeLessThan(mean(chance) / 2);
    expect(tpe.filter((value, seed) => value < chance[seed]!).length).toBeGreaterThanOrEqual(8);
  });
});

describe("a race", () => {
  const best = [0.9, 0.91, 0.89, 0.9, 0.905];
  it("ends for a trial that is far behind on the same folds, and not for one that is near", () => {
    expect(isHopeless([0.7], best, 1)).toBe(false);
    expect(isHopeless([0.7, 0.72], best, 1)).toBe(true);
    expect(isHopeless([0.895, 0.9], best, 1)).toBe(false);
    expect(isHopeless([0.95, 0.96], best, 1)).toBe(false);
    expect(isHopeless([0.95, 0.96], best, -1)).toBe(true);
  });

  it("leaves folds out, and what was stopped is never the best", () => {
    let folds = 0;
    const outcome = search(specOf("random"), (plan, hopeless) => {
      const scores: number[] = [];
      for (const by of [0, 0.01, -0.01, 0.005, 0]) {
        scores.push(score(plan) + by);
        folds += 1;
        if (hopeless(scores)) return { scores, stopped: true };
      }
      return { scores };
    });
    expect(folds).toBeLessThan(0.8 * 5 * 30);
    expect(outcome.best!.stopped).toBeUndefined();
    expect(outcome.best!.params).toEqual(search(specOf("random"), evaluate).best!.params);
  });
});

describe("a space", () => {
  it("has its ends at the places 0 and 1, and whole numbers of one width", () => {
    const whole: Range = { min: 1, max: 4, integer: true };
    expect([0, 0.24, 0.26, 0.74, 0.76, 1].map((place) => valueAt(whole, place))).toEqual([1, 1, 2, 3, 4, 4]);
    expect(valueAt({ min: 0.01, max: 100, log: true }, 0.5)).toBeCloseTo(1, 12);
    const grid = gridOf({ family: "f", space: { a: [1, 2], b: { min: 1, max: 100, log: true, steps: 3 } } });
    expect(grid).toHaveLength(6);
    expect(grid[4]!.b).toBeCloseTo(10, 12);
  });

  it("that is none is refused by name", () => {
    const open =
      (space: object, method: SearchMethod = "random") =>
      () =>
        openSearch({ ...base, method, candidates: [{ family: "f", space: space as never }] });
    expect(open({ a: [] })).toThrow("f.a: the list of its values is empty");
    expect(open({ a: { min: 2, max: 1 } })).toThrow("f.a: 2 to 1 is no range");
    expect(open({ a: { min: 0, max: 1, log: true } })).toThrow("0 to 1 has no logarithm");
    expect(open({ a: { min: 0.5, max: 1, integer: true } })).toThrow("has no whole ends");
    expect(open({ a: { min: 0, max: 1 } }, "grid")).toThrow("a grid does not know how many values 0 to 1 has");
    expect(() => openSearch({ ...base, method: "grid", candidates: [] })).toThrow("no candidate to try");
  });

  it("takes a result only of a trial that is under way, and a score that is none for a failure", () => {
    const opened = openSearch(specOf("random", { trials: 2 }));
    expect(() => opened.tell("x", { scores: [1] })).toThrow("there is no trial x under way");
    opened.tell(opened.ask()!.id, { scores: [NaN] });
    opened.tell(opened.ask()!.id, { scores: [0.5] });
    const [first] = opened.finished as [FinishedTrial];
    expect(first.problem?.code).toBe("SCORE_UNDEFINED");
    expect(opened.best?.scores).toEqual([0.5]);
  });
});
