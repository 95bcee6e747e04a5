import { runOf, type CloudEvent } from "@millrace/contracts";
import { advanced, emptyLine, hindrance, joined, noRules, placesOf, type ArrivalLine } from "./arrival-line.js";

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1) + second * 1000);
const eventOf = (id: string): CloudEvent => ({
  ...{ specversion: "1.0", id, source: "/test", type: "data.arrived", pipeline: "churn", run: id },
  data: { pipeline: "churn" },
});
const turn = (id: string, second = 0) => ({
  run: runOf(eventOf(id)),
  event: eventOf(id),
  at: at(second).toISOString(),
});
const around = (second: number, more: object = {}) => ({
  ...{ now: at(second), rules: noRules, ended: new Set<string>(), other: undefined },
  ...more,
});
const runsOf = ({ begun, waiting, displaced }: ArrivalLine) => ({
  begun: begun.map(({ run }) => run),
  waiting: waiting?.run,
  displaced: displaced.map(({ run, by }) => `${run} by ${by}`),
});

describe("the line of a pipeline", () => {
  const enter = (line: ArrivalLine, id: string, second: number, more?: object) =>
    advanced(joined(line, turn(id, second)), around(second, more));

  it("gives an arrival its turn at once where nobody is under way", () => {
    expect(runsOf(enter(emptyLine("churn"), "a", 0))).toEqual({ begun: ["a"], waiting: undefined, displaced: [] });
  });

  it("lets the newest wait for the run before it, and displaces whoever waited", () => {
    const line = ["a", "b", "c"].reduce((before, id) => enter(before, id, 1), emptyLine("churn"));
    expect(runsOf(line)).toEqual({ begun: ["a"], waiting: "c", displaced: ["b by c"] });
    expect(hindrance(line, around(1))).toEqual({ for: "a to end" });
    expect(runsOf(advanced(line, around(9, { ended: new Set(["a"]) })))).toMatchObject({ begun: ["c"] });
  });

  it("waits for a run that was never in the line, and begins side by side where overlap is allowed", () => {
    expect(runsOf(enter(emptyLine("churn"), "a", 0, { other: "resumed" })).waiting).toBe("a");
    const overlap = { rules: { ...noRules, overlap: true }, other: "resumed" };
    expect(runsOf(enter(enter(emptyLine("churn"), "a", 0, overlap), "b", 0, overlap)).begun).toEqual(["a", "b"]);
  });

  it("waits for no time where none is said, though another gateway's clock is ahead", () => {
    const line = { ...emptyLine("churn"), beganAt: at(30).toISOString(), lastRun: "z" };
    expect(runsOf(advanced(joined(line, turn("a", 20)), around(10))).begun).toEqual(["a"]);
  });

  it("begins when nothing has arrived for as long as the debounce says", () => {
    const rules = { rules: { ...noRules, debounce: "10s" } };
    const line = enter(enter(emptyLine("churn"), "a", 0, rules), "b", 8, rules);
    expect(runsOf(advanced(line, around(17, rules)))).toMatchObject({ begun: [], waiting: "b" });
    expect(hindrance(line, around(17, rules))).toEqual({ for: "10s without another arrival", until: at(18) });
    expect(runsOf(advanced(line, around(18, rules)))).toMatchObject({ begun: ["b"], displaced: ["a by b"] });
  });

  it("begins after ten such pauses although arrivals do not cease", () => {
    const stream = Array.from({ length: 11 }, (_, second) => second).reduce(
      (before, second) => joined(before, turn(`run ${second}`, second)),
      emptyLine("churn"),
    );
    const rules = (debounce: string) => ({ rules: { ...noRules, debounce } });
    expect(hindrance(stream, around(10, rules("1500ms")))).toMatchObject({ until: at(11.5) });
    expect(runsOf(advanced(stream, around(10, rules("1s")))).begun).toHaveLength(1);
  });

  it("makes one run of a burst where nothing is said, and a run of each arrival where they may overlap", () => {
    const unsaid = { rules: { cooldown: "0s", overlap: false } };
    const line = enter(enter(emptyLine("churn"), "a", 0, unsaid), "b", 0, unsaid);
    expect(hindrance(line, around(0, unsaid))).toMatchObject({ for: "100ms without another arrival" });
    expect(runsOf(advanced(line, around(1, unsaid)))).toMatchObject({ begun: ["b"], displaced: ["a by b"] });
    const overlap = { rules: { cooldown: "0s", overlap: true } };
    expect(runsOf(enter(enter(emptyLine("churn"), "a", 0, overlap), "b", 0, overlap)).begun).toEqual(["a", "b"]);
  });

  it("keeps the cooldown between the beginnings of two runs", () => {
    const rules = { rules: { ...noRules, cooldown: "1m" } };
    const first = enter(emptyLine("churn"), "a", 0, rules);
    const ended = { ...rules, ended: new Set(["a"]) };
    const second = enter(first, "b", 30, ended);
    expect(runsOf(second)).toMatchObject({ begun: [], waiting: "b" });
    expect(hindrance(second, around(30, ended))).toEqual({ for: "1m to pass since a began", until: at(60) });
    expect(runsOf(advanced(second, around(60, rules))).begun).toEqual(["b"]);
  });

  it("says on each page how its run stands", () => {
    const line = ["a", "b", "c"].reduce((before, id) => enter(before, id, 1), emptyLine("churn"));
    expect(placesOf(line, around(1)).map(({ event, turn: place }) => [event.id, place])).toEqual([
      ["b", { state: "superseded", by: "c" }],
      ["c", { state: "waiting", for: "a to end" }],
      ["a", undefined],
    ]);
  });
});
