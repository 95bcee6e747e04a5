import type { CloudEvent, RunRecord } from "@millrace/contracts";
import * as fc from "fast-check";
import { furthestEvent } from "./flow.js";
import { foldEvent } from "./fold-event.js";
import { fixtures as say } from "./flow-fixtures.js";
import { stepsOf } from "./run-status.js";

const NOW = "2026-01-01T01:00:00.000Z";

const pageOf = (events: readonly CloudEvent[]): RunRecord =>
  events.reduce<RunRecord | undefined>((page, event) => foldEvent(page, event, NOW) ?? page, undefined)!;

const untilTrained = () => [say.arrived(), say.ingested(), say.validated(), say.transformed(), say.trained()];
const untilPromoted = () => [...untilTrained(), say.approved(), say.promoted()];

describe("the page of a run", () => {
  it("is running while the flow goes on, and says what it waits for", () => {
    const page = pageOf(untilTrained());
    expect(page).toMatchObject({ run: "run-1", pipeline: "churn", status: "running", summary: "waiting for evaluate" });
    expect(stepsOf(page).train).toMatchObject({ state: "done" });
    expect(furthestEvent(page.events)!.type).toBe("model.trained");
  });

  it("ends promoted, with the reason in its summary", () => {
    expect(pageOf(untilPromoted())).toMatchObject({
      status: "promoted",
      summary: "promoted churn version 3: f1 0.80 is at least 0.6",
      startedAt: "2026-01-01T00:00:00.000Z",
    });
  });

  it("ends rejected when the dataset or the model is not good enough", () => {
    const dataset = pageOf([say.arrived(), say.ingested(), say.datasetRejected()]);
    expect(dataset).toMatchObject({ status: "rejected", summary: "dataset rejected: column age is missing" });
    expect(pageOf([...untilTrained(), say.rejected()])).toMatchObject({ status: "running" });
    const model = pageOf([...untilTrained(), say.rejected(), say.recorded()]);
    expect(model).toMatchObject({ status: "rejected", summary: "model rejected: f1 0.40 is below 0.6" });
  });

  it("is done, and has not failed, when nothing was new", () => {
    const page = pageOf([say.arrived(), say.nothingNew()]);
    expect(page).toMatchObject({ status: "done", summary: "nothing is new since 30" });
    expect(stepsOf(page).ingest).toMatchObject({ state: "done" });
  });

  it("fails with the problem and its remedy when a step gave up", () => {
    const page = pageOf([say.arrived(), say.failed("ingest", 5, say.arrived())]);
    expect(page).toMatchObject({
      status: "failed",
      summary: "failed at ingest: SOURCE_NOT_FOUND. there is no such file. Put it there.",
      problem: { code: "SOURCE_NOT_FOUND" },
    });
    expect(stepsOf(page).ingest).toMatchObject({ state: "failed" });
  });

  it("runs again once the step that had failed went on, also when its event bears an earlier time", () => {
    const failed = say.failed("ingest", 12, say.arrived());
    const page = pageOf([say.arrived(), failed, say.ingested()]);
    expect(page.status).toBe("running");
    expect(stepsOf(page).ingest).toMatchObject({ state: "done" });
    expect(page.problem).toBeUndefined();
  });

  it("runs again while the step that had failed is being done anew, and fails when that fails in the same way", () => {
    const events = [say.arrived(), say.failed("ingest", 5, say.arrived()), say.progress("ingest", 6, "started")];
    expect(pageOf(events).status).toBe("running");
    expect(pageOf([...events, say.failed("ingest", 7, say.arrived())]).status).toBe("failed");
  });

  it("fails when the second judgement fails, although there was a first", () => {
    const again = [...untilTrained(), say.approved(), say.judgedAgain()];
    expect(pageOf(again)).toMatchObject({ status: "running", summary: "waiting for evaluate" });
    expect(pageOf([...again, say.failed("evaluate", 65, say.judgedAgain())]).status).toBe("failed");
  });

  it("tells of a step that is done what it came to, and never that it began", () => {
    const began = (step: string, second: number) => say.progress(step, second, "started", `${step} began`);
    const page = pageOf([...untilTrained(), began("evaluate", 1), say.approved(), began("promote", 1), say.promoted()]);
    const { evaluate, promote } = stepsOf(page);
    expect(promote).toMatchObject({
      state: "done",
      message: expect.stringMatching(/^version 3 of churn is the champion/),
    });
    expect(evaluate).toMatchObject({ state: "done", message: expect.not.stringContaining("began") });
    const said = pageOf([
      say.arrived(),
      began("ingest", 1),
      say.progress("ingest", 2, "working", "10 rows"),
      say.ingested(),
    ]);
    expect(stepsOf(said).ingest).toMatchObject({ state: "done", message: "10 rows" });
  });

  it("does not change when an event comes again, even under a later time", () => {
    const page = pageOf(untilTrained());
    expect(foldEvent(page, say.trained(), NOW)).toBeUndefined();
    expect(foldEvent(page, { ...say.trained(), time: NOW }, NOW)).toBeUndefined();
  });

  it("counts nudges from the last move", () => {
    const nudged = { ...pageOf([say.arrived()]), nudges: 4 };
    expect(foldEvent(nudged, say.ingested(), NOW)!.nudges).toBe(0);
  });

  it("is promoted where only the deployment is known", () => {
    expect(pageOf([say.deployed()])).toMatchObject({ status: "promoted", summary: "churn version 3 serves" });
  });

  it("waits for an approval, goes on when it is given, and is rejected when it is refused", () => {
    const waiting = [...untilTrained(), say.approved(), say.approvalWanted()];
    expect(pageOf(waiting)).toMatchObject({
      status: "done",
      summary: expect.stringContaining("millrace approve churn 3"),
    });
    expect(pageOf([...waiting, say.decided(true)])).toMatchObject({ status: "running", summary: "waiting for decide" });
    expect(pageOf([...waiting, say.decided(true), { ...say.promoted(), time: say.decisionDone().time }])).toMatchObject(
      {
        status: "promoted",
      },
    );
    expect(pageOf([...waiting, say.decided(false), say.decisionDone()])).toMatchObject({
      ...{ status: "rejected", summary: "churn version 3 was rejected by anna: not before Monday" },
    });
  });

  it("goes on while the version is rolled out, and is rejected when that is taken back", () => {
    const begun = [...untilTrained(), say.approved(), say.rolloutAt(60, 1)];
    const summary = "rollout: churn version 3 answers 1 % of the requests, step 1 of 3";
    expect(pageOf(begun)).toMatchObject({ status: "running", summary });
    const further = [...begun, say.rolloutAt(61, 50, "advanced")];
    expect(pageOf(further).summary).toContain("50 % of the requests, step 2 of 3");
    expect(pageOf([...further, { ...say.promoted(), time: say.decisionDone().time }])).toMatchObject({
      status: "promoted",
    });
    expect(pageOf([...further, say.rolloutAt(62, 50, "aborted")])).toMatchObject({
      status: "rejected",
      summary: "model rejected: at 50 % 9 % of 200 requests fail; churn version 2 serves all",
    });
  });

  it("comes out the same for every order and any number of duplicates of its events", () => {
    const arrived = say.arrived();
    const events = [
      ...[arrived, say.progress("ingest", 1, "started"), say.failed("ingest", 3, arrived)],
      ...[say.progress("ingest", 5, "started"), say.progress("ingest", 6), say.ingested(), say.validated()],
      ...[say.progress("validate", 12, "started"), say.transformed(), say.trained(), say.approved()],
      ...[say.judgedAgain(), say.deployed(), say.rejected(), say.recorded()],
    ];
    const expected = pageOf(events);
    const places = [...events.keys(), ...events.keys()];
    const orders = fc.shuffledSubarray(places, { minLength: places.length });
    const sameAs = (order: number[]) =>
      expect(core(pageOf(order.map((place) => events[place]!)))).toEqual(core(expected));
    fc.assert(fc.property(orders, sameAs), { numRuns: 300, seed: 1 });
  });
});

const core = (page: RunRecord) => ({ ...page, steps: stepsOf(page) });
