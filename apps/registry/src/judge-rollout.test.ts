import { latencyBounds, promoteSpec, type Rollout, type VersionObservation } from "@millrace/contracts";
import { judgeRollout } from "./judge-rollout.js";
import { addedUp, type Observed } from "./observed.js";

const began = new Date("2026-01-01T00:00:00.000Z");
const after = (seconds: number): Date => new Date(began.getTime() + seconds * 1000);

const rollout = (abort: object = {}): Rollout => ({
  ...{ version: 2, package: { digest: `sha256:${"0".repeat(64)}`, size: 1, mediaType: "x/y", name: "m" } },
  ...{ percent: 10, shadow: false, steps: [10, 100], step: 0, stepSeconds: 60, since: began.toISOString() },
  plan: { run: "r", reason: "", everySeconds: 60, requests: 100, budgets: promoteSpec.parse({ abort }).abort },
});

const saw = (requests: number, more: Partial<VersionObservation> = {}): VersionObservation => ({
  ...{ requests, errors: 0, latencies: at(0.5, requests), predictions: {}, labelled: 0, right: 0 },
  ...more,
});
const at = (milliseconds: number, requests: number): number[] =>
  [...latencyBounds, Infinity].map((bound) => (bound === milliseconds ? requests : 0));
const seen = (champion: VersionObservation, challenger: VersionObservation): Observed => ({
  ...{ champion, challenger, refusals: [] },
});

describe("a step of a rollout", () => {
  const healthy = seen(saw(10_000), saw(1000));

  it("goes on when its time is over and enough requests were seen, and not before", () => {
    expect(judgeRollout(rollout(), healthy, after(59))).toEqual({ act: "wait", for: "its time" });
    expect(judgeRollout(rollout(), healthy, after(60))).toEqual({ act: "advance" });
    const few = judgeRollout(rollout(), seen(saw(10_000), saw(99)), after(3600));
    expect(few).toEqual({ act: "wait", for: "requests: 99 of 100 were seen" });
  });

  it("is aborted at once when errors surely exceed the budget, with the figures", () => {
    const bad = seen(saw(10_000, { errors: 10 }), saw(400, { errors: 40 }));
    const reason = "10 % of 400 requests fail, against 0.1 % of 10000 of the champion's";
    expect(judgeRollout(rollout(), bad, after(1))).toEqual({ act: "abort", reason });
    expect(judgeRollout(rollout({ errors: 0.2 }), bad, after(1))).toMatchObject({ act: "wait" });
  });

  it("waits for certainty where a budget only seems broken, and is aborted when that does not come", () => {
    const unsure = seen(saw(1000), saw(100, { errors: 3 }));
    expect(judgeRollout(rollout(), unsure, after(1))).toMatchObject({ act: "wait", for: "its time" });
    expect(judgeRollout(rollout(), unsure, after(90))).toMatchObject({ act: "wait", for: /^certainty: 3 % of 100/ });
    expect(judgeRollout(rollout(), unsure, after(180))).toMatchObject({ act: "abort" });
  });

  it("is not aborted for errors that the champion has as well", () => {
    const both = seen(saw(10_000, { errors: 1000 }), saw(1000, { errors: 100 }));
    expect(judgeRollout(rollout(), both, after(60))).toEqual({ act: "advance" });
  });

  it("is aborted when it is too slow, but not for a difference that nobody feels", () => {
    const slow = seen(saw(10_000, { latencies: at(1, 10_000) }), saw(1000, { latencies: at(25, 1000) }));
    expect(judgeRollout(rollout(), slow, after(1))).toMatchObject({
      ...{ act: "abort", reason: /longer than 2 ms, 2 times the champion's 95th/ },
    });
    const fine = seen(saw(10_000, { latencies: at(0.1, 10_000) }), saw(1000, { latencies: at(1, 1000) }));
    expect(judgeRollout(rollout(), fine, after(60))).toEqual({ act: "advance" });
  });

  it("is aborted when few requests are slow, by the 99th percentile", () => {
    const latencies = at(1, 9000).map((count, place) => count + at(100, 1000)[place]!);
    const tail = seen(saw(10_000, { latencies: at(1, 10_000) }), saw(10_000, { latencies }));
    expect(judgeRollout(rollout({ p95: 1000 }), tail, after(1))).toMatchObject({ act: "abort", reason: /99th/ });
  });

  it("is aborted when its predictions lie further from the champion's than allowed", () => {
    const other = seen(
      saw(1000, { predictions: { yes: 100, no: 900 } }),
      saw(1000, { predictions: { yes: 600, no: 400 } }),
    );
    expect(judgeRollout(rollout(), other, after(60))).toEqual({ act: "advance" });
    expect(judgeRollout(rollout({ distance: 0.2 }), other, after(1))).toMatchObject({
      act: "abort",
      reason: /answers/,
    });
  });

  it("is aborted when it is less often right than the champion", () => {
    const worse = seen(saw(1000, { labelled: 500, right: 450 }), saw(1000, { labelled: 500, right: 300 }));
    expect(judgeRollout(rollout(), worse, after(1))).toMatchObject({ act: "abort", reason: /^40 % of 500 labelled/ });
  });

  it("is aborted when a replica refuses its package", () => {
    const problem = { code: "MODEL_BROKEN", message: "the package is cut off." };
    const refused = { ...healthy, refusals: [{ replica: "inference-1", problem }] };
    expect(judgeRollout(rollout(), refused, after(1))).toMatchObject({ act: "abort", reason: /inference-1 .*cut off/ });
  });

  it("is judged by what all replicas saw together", () => {
    const one = { model: "m", generation: 2, updatedAt: "", champion: saw(10), challenger: saw(60, { errors: 1 }) };
    const all = addedUp([
      { ...one, replica: "a" },
      { ...one, replica: "b", challenger: saw(50, { predictions: { yes: 2 } }) },
    ]);
    expect(all.challenger).toMatchObject({ requests: 110, errors: 1, predictions: { yes: 2 } });
    expect(all.challenger.latencies[latencyBounds.indexOf(0.5)]).toBe(110);
  });
});
