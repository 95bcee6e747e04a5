import { ProblemError, Reject, RETRY_LADDER, Retry } from "@millrace/contracts";
import { verdictOn, type VerdictRules } from "./verdict.js";

const problem = { code: "STORE_DOWN", message: "down." };
const rules = (up: boolean | Error): VerdictRules => ({
  ladder: RETRY_LADDER,
  maxAttempts: 5,
  dependencyUp: async () => {
    if (up instanceof Error) throw up;
    return up;
  },
});
const history = (attempts: number, outages = 0) => ({ attempts, outages, firstSeen: undefined, enqueuedAt: undefined });

async function rungs(thrown: unknown, up: boolean | Error, histories: ReturnType<typeof history>[]) {
  const verdicts = await Promise.all(histories.map((each) => verdictOn(thrown, each, rules(up))));
  return verdicts.map((verdict) => (verdict.kind === "retry" ? verdict.rung.name : `dead ${verdict.attempts}`));
}

describe("the verdict on a failed attempt", () => {
  it("goes up the ladder and ends at the fifth attempt", async () => {
    const histories = [0, 1, 2, 3, 4].map((attempts) => history(attempts));
    const expected = ["1s", "10s", "1m", "10m", "dead 5"];
    expect(await rungs(new Error("x"), true, histories)).toEqual(expected);
    expect(await rungs(new Retry(problem), false, histories)).toEqual(expected);
    expect(await rungs(new Retry(problem, { dependency: "store" }), true, histories)).toEqual(expected);
  });

  it("waits ten seconds at most while the dependency is down, as often as it takes", async () => {
    const down = new Retry(problem, { dependency: "store" });
    const histories = [history(4, 0), history(4, 1), history(4, 2), history(4, 500)];
    expect(await rungs(down, false, histories)).toEqual(["1s", "10s", "10s", "10s"]);
    const verdict = await verdictOn(down, history(4, 7), rules(false));
    expect(verdict).toMatchObject({ attempts: 4, outages: 8 });
  });

  it("takes a health check that fails itself for an outage", async () => {
    const down = new Retry(problem, { dependency: "store" });
    expect(await rungs(down, new Error("no answer"), [history(4)])).toEqual(["1s"]);
  });

  it("ends at once for what is bad, whatever is down", async () => {
    const bad = [new Reject(problem), new ProblemError({ code: "EVENT_DATA_INVALID", message: "no field." })];
    for (const thrown of bad) expect(await rungs(thrown, false, [history(0)])).toEqual(["dead 1"]);
  });
});
