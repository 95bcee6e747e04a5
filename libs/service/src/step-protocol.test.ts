import * as z from "zod";
import {
  dataArrived,
  defineEvent,
  ProblemError,
  retrainingRequested,
  stepFailed,
  type CloudEvent,
} from "@millrace/contracts";
import { temporaryFolder, until } from "@millrace/testing";
import { openManifests } from "./manifests.js";
import { runServices, type RunningServices } from "./run-service.js";
import { defineService } from "./service.js";
import { step, type AnyStep } from "./step.js";

const arrival = (id: string, pipeline = "iris"): CloudEvent => ({
  ...{ specversion: "1.0", id, source: "/test", type: dataArrived.type, data: { pipeline } },
});

let running: RunningServices;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let heard: CloudEvent[];

async function serve(...steps: AnyStep[]): Promise<void> {
  folder = await temporaryFolder("step");
  running = await runServices("test", [defineService({ name: "ingestion", steps })], {
    environment: { MILLRACE_DATA_DIR: folder.path, INGESTION_PORT: "0", LOG_LEVEL: "error", DRAIN_SECONDS: "1" },
  });
  heard = [];
  await running.platform.bus.listen(["#"], (event) => void heard.push(event));
}

const say = (event: CloudEvent) => running.platform.bus.publish(event);
const heardOf = (type: string) => heard.filter((event) => event.type === type);
const eventually = (what: string, look: () => boolean) => until(what, look, { within: 5_000 });

afterEach(async () => {
  await running.stop();
  await folder.remove();
});

const answering = (definition: Partial<AnyStep>, run: AnyStep["run"]): AnyStep =>
  step({ name: "ingest", on: dataArrived, emits: [retrainingRequested], run, ...definition });

const wish = (reason: string) => retrainingRequested({ pipeline: "iris", reason });

describe("the step protocol", () => {
  it("does a step once for the same event sent five times, and says the same each time", async () => {
    let times = 0;
    await serve(answering({}, async () => wish(`done ${++times}`)));
    for (let answers = 1; answers <= 5; answers++) {
      await say(arrival("a"));
      await eventually("an answer to each", () => heardOf(retrainingRequested.type).length === answers);
    }
    expect(times).toBe(1);
    expect(new Set(heardOf(retrainingRequested.type).map(({ id }) => id)).size).toBe(1);
  });

  it("lets one of two that do it at once win: both say what the first manifest says", async () => {
    const begun: (() => void)[] = [];
    await serve(
      answering({}, async () => {
        const mine = begun.length;
        await new Promise<void>((resolve) => begun.push(resolve));
        return wish(`by ${mine}`);
      }),
    );
    await Promise.all([say(arrival("a")), say(arrival("a"))]);
    await eventually("both to begin", () => begun.length === 2);
    begun.forEach((go) => go());
    await eventually("two answers", () => heardOf(retrainingRequested.type).length === 2);
    const reasons = heardOf(retrainingRequested.type).map(({ data }) => (data as { reason: string }).reason);
    expect(new Set(reasons).size).toBe(1);
  });

  it("takes over what another run did with the same input, when the step is pure", async () => {
    let times = 0;
    await serve(answering({ pure: true }, async () => wish(`done ${++times}`)));
    await say(arrival("a"));
    await eventually("the first answer", () => heardOf(retrainingRequested.type).length === 1);
    await say(arrival("b"));
    await eventually("the second answer", () => heardOf(retrainingRequested.type).length === 2);
    const [first, second] = heardOf(retrainingRequested.type);
    expect(times).toBe(1);
    expect(second!.data).toEqual(first!.data);
    expect(second!.run).not.toBe(first!.run);
    const [manifest] = await openManifests(running.platform.records).ofRun(second!.run!);
    expect(manifest?.reusedFrom).toBe(first!.run);
  });

  it("rejects what a step calls a problem of its input, at the first attempt, and tells of it", async () => {
    const problem = { code: "SOURCE_EMPTY", message: "nothing in it.", remedy: "Send rows." };
    await serve(
      answering({}, async () => {
        throw new ProblemError(problem);
      }),
    );
    await say(arrival("a"));
    await eventually("the failure", () => heardOf(stepFailed.type).length === 1);
    expect(heardOf(stepFailed.type)[0]!.data).toMatchObject({ step: "ingest", attempts: 1, problem });
    const [letter] = await running.platform.bus.deadLetters.list();
    expect(letter).toMatchObject({ queue: "ingestion.data.arrived", attempts: 1, problem });
  });

  it("rejects data that are not what the event promises, and names the field", async () => {
    await serve(answering({}, async () => wish("never")));
    await say({ ...arrival("a"), data: { source: 3 } });
    await eventually("the failure", () => heardOf(stepFailed.type).length === 1);
    expect(heardOf(stepFailed.type)[0]!.data).toMatchObject({
      problem: { code: "EVENT_DATA_INVALID", message: expect.stringContaining("pipeline") },
    });
  });

  it("keeps fields that it does not know and refuses a newer major version", async () => {
    let seen: unknown;
    await serve(
      answering({}, async (data) => {
        seen = data;
        return undefined;
      }),
    );
    await say({ ...arrival("a"), data: { pipeline: "iris", colour: "blue" } });
    await eventually("the step", () => seen !== undefined);
    expect(seen).toMatchObject({ colour: "blue" });
    await say({ ...arrival("b"), dataschema: "urn:millrace:data.arrived:2" });
    await eventually("the failure", () => heardOf(stepFailed.type).length === 1);
    expect(heardOf(stepFailed.type)[0]!.data).toMatchObject({ problem: { code: "EVENT_VERSION_UNKNOWN" } });
  });

  it("acknowledges long work before it is done, and drops a duplicate that comes meanwhile", async () => {
    let times = 0;
    let finish: () => void = () => undefined;
    await serve(
      answering({ long: true }, async () => {
        times++;
        await new Promise<void>((resolve) => (finish = resolve));
        return wish("done");
      }),
    );
    await say(arrival("a"));
    await eventually("the work to begin", () => times === 1);
    await say(arrival("a"));
    const { messages } = running.platform.metrics;
    await until("the duplicate to be settled", async () =>
      (await messages.get()).values.some(({ labels, value }) => labels.outcome === "done" && value === 1),
    );
    const { ready } = (await running.platform.bus.depths()).find(({ queue }) => queue === "ingestion.data.arrived")!;
    expect(ready).toBe(0);
    finish();
    await eventually("the answer", () => heardOf(retrainingRequested.type).length >= 1);
    expect(times).toBe(1);
  });

  it("lets long work finish when it stops, and ends it when its time is over", async () => {
    const seen: string[] = [];
    await serve(
      answering({ long: true }, async (_data, { signal }) => {
        seen.push("began");
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        seen.push("ended");
        throw signal.reason;
      }),
    );
    await say(arrival("a"));
    await eventually("the work to begin", () => seen.length === 1);
    await running.stop();
    expect(seen).toEqual(["began", "ended"]);
  });

  it("carries the trace on and names run, pipeline and source in what it says", async () => {
    await serve(answering({}, async () => wish("done")));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await say({ ...arrival("a"), traceparent });
    await eventually("the answer", () => heardOf(retrainingRequested.type).length === 1);
    const [answer] = heardOf(retrainingRequested.type);
    expect(answer).toMatchObject({
      source: "/millrace/ingestion",
      pipeline: "iris",
      run: expect.stringMatching(/^run-/),
    });
    expect(answer!.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/);
  });
});

describe("a service", () => {
  it("is refused when one of its steps has no queue, and is told which file to change", async () => {
    const unheard = defineEvent({ type: "nobody.listens", summary: "A test", data: z.object({}) });
    const lost = step({ name: "lost", on: unheard, emits: [], run: async () => undefined });
    expect(() => defineService({ name: "ingestion", steps: [lost] })).toThrow(/events\/nobody-listens\.ts/);
    await serve();
  });
});
