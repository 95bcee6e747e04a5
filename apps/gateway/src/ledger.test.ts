import { fixtures as say } from "./flow-fixtures.js";
import { openThrottle } from "./ledger.js";

describe("what the ledger writes down of a step's progress", () => {
  let now = 0;
  const messages = (throttle: ReturnType<typeof openThrottle>, event: ReturnType<typeof say.progress>) =>
    throttle.due(event).map(({ type, data }) => (data as { message?: string }).message ?? type);

  it("is one message a second, and the last one with what the run says next", () => {
    const throttle = openThrottle(() => new Date(now));
    const work = (message: string) => messages(throttle, say.progress("train", 1, "working", message));
    expect(work("fold 1")).toEqual(["fold 1"]);
    expect(work("fold 2")).toEqual([]);
    expect(work("fold 3")).toEqual([]);
    now += 1_000;
    expect(work("fold 4")).toEqual(["fold 4"]);
    expect(work("fold 5")).toEqual([]);
    expect(throttle.due(say.trained()).map(({ type }) => type)).toEqual(["step.progress", "model.trained"]);
    expect(throttle.due(say.trained()).map(({ type }) => type)).toEqual(["model.trained"]);
  });

  it("is every start and every retry", () => {
    const throttle = openThrottle(() => new Date(now));
    for (const state of ["started", "retrying", "started", "retrying"]) {
      expect(messages(throttle, say.progress("train", 1, state, state))).toEqual([state]);
    }
  });
});
