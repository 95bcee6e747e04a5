import type { RunView, StepView } from "./api.js";
import { runLines, verdictLine } from "./run-lines.js";

const step = (name: string, state: StepView["state"], at: string, message = `${name} is through`): StepView => ({
  ...{ step: name, state, at, message, artifacts: [] },
});
const run = (...steps: StepView[]) => ({ steps, events: {} }) as unknown as RunView;

describe("the lines of a run", () => {
  function follow(terminal = false) {
    const out: string[] = [];
    const lines = runLines({ out: (text) => void out.push(text), terminal });
    const names = () => out.filter((text) => text.endsWith("\n")).map((text) => text.trim().split(/\s+/)[0]);
    return { lines, names, out };
  }
  const began = { step: "promote", state: "started", message: "promote began" };

  it("come in the order of the flow, also where a later step is heard of first", () => {
    const { lines, names } = follow();
    lines.shows(run(step("train", "done", "1"), step("promote", "working", "3"), step("deploy", "done", "4")));
    expect(names()).toEqual(["train"]);
    lines.shows(run(step("train", "done", "1"), step("promote", "done", "3"), step("deploy", "done", "4")));
    expect(names()).toEqual(["train", "promote", "deploy"]);
  });

  it("are written once, however often a step's end is heard, and all of them by the end", () => {
    const { lines, names } = follow();
    const page = run(step("train", "working", "1"), step("promote", "done", "3"));
    lines.shows(page);
    lines.shows(page);
    expect(names()).toEqual([]);
    lines.done();
    lines.done();
    expect(names()).toEqual(["promote"]);
  });

  it("tell of a step that failed and was done after all, or failed anew", () => {
    const { lines, names } = follow();
    const pages = [step("train", "failed", "1"), step("train", "failed", "2"), step("train", "done", "3")];
    for (const page of [...pages, pages[2]!]) lines.shows(run(page));
    expect(names()).toEqual(["train", "train", "train"]);
  });

  it("leave out what a step said before its end and is heard after it, and show what it says in a second round", () => {
    const { lines, names, out } = follow(true);
    lines.shows(run(step("promote", "done", "3")));
    lines.progressed({ ...began, at: "2" });
    lines.progressed({ ...began, state: "retrying", message: "the broker is away", at: "2" });
    expect([names(), out.length]).toEqual([["promote"], 1]);
    lines.progressed({ ...began, at: "5" });
    expect(out.at(-1)).toContain("promote began");
  });
});

describe("the verdict of a run", () => {
  it("says how long the run took, also where its version was loaded anew much later", () => {
    const event = (type: string, time: string) => ({ [type]: { type, time } });
    const events = {
      ...event("model.promoted", "2026-01-01T00:00:03Z"),
      ...event("model.deployed", "2026-01-01T01:00:00Z"),
    };
    const told = { run: "run-1", status: "promoted", summary: "it serves", startedAt: "2026-01-01T00:00:00Z" };
    const page = { ...told, events, steps: [], updatedAt: "2026-01-01T01:00:00Z" } as unknown as RunView;
    expect(verdictLine(page)).toMatch(/^run-1 promoted after 3(\.0+)? s: it serves$/);
  });
});
