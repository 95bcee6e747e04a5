import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runOf, type CloudEvent } from "@millrace/contracts";
import { openLog } from "@millrace/service";
import { fixtures as say } from "../flow-fixtures.js";
import { hearOfDrift } from "./drift-trigger.js";
import { triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

describe("drift", () => {
  let test: TriggersForTest;
  let asked: CloudEvent[];
  beforeEach(async () => {
    [test, asked] = [await triggersForTest(), []];
    await write("triggers: [{ drift: true }]");
  });
  afterEach(() => test.close());

  async function write(more: string): Promise<void> {
    const folder = join(test.root, "pipelines/churn");
    await mkdir(folder, { recursive: true });
    const text = `name: churn\nsource: { path: churn.csv }\ntarget: { column: y }\n${more}\n`;
    await writeFile(join(folder, "pipeline.yaml"), text);
  }
  const hear = (event: CloudEvent) =>
    hearOfDrift(event, {
      ...test,
      pipelinesDir: join(test.root, "pipelines"),
      log: openLog({ LOG_LEVEL: "error" }, { service: "test" }),
      async begin(wish) {
        const duplicate = asked.some(({ id }) => id === wish.id);
        if (!duplicate) asked.push(wish);
        return { run: runOf(wish), pipeline: "churn", event: wish.id, duplicate };
      },
    });
  const detected = (id: string): CloudEvent => ({
    ...{ specversion: "1.0", id, source: "/millrace/monitor", type: "drift.detected" },
    data: { pipeline: "churn", model: "churn", version: 3, columns: [{ name: "age", distance: 0.4 }] },
  });
  const warned = (run: string): CloudEvent => {
    const event = say.validated(run);
    return { ...event, data: { ...event.data, warnings: [{ code: "DRIFT", column: "age", message: "age drifted" }] } };
  };

  it("asks for a retraining, once for the same event", async () => {
    await hear(detected("one"));
    await hear(detected("one"));
    expect(asked).toEqual([expect.objectContaining({ type: "retraining.requested" })]);
    expect(asked[0]!.data).toEqual({ pipeline: "churn", reason: "drift of version 3: age" });
  });

  it("asks again only after the cooldown", async () => {
    await write("triggers: [{ drift: true }]\narrivals: { cooldown: 6h }");
    for (const hour of ["00", "01", "05", "06", "07"]) {
      test.at(`2026-01-01T${hour}:00:00Z`);
      await hear(detected(hour));
    }
    expect(asked).toHaveLength(2);
  });

  it("asks for nothing where the pipeline does not say so", async () => {
    await write("triggers: []");
    await hear(detected("one"));
    expect(asked).toEqual([]);
  });

  it("that a dataset shows asks for a retraining on the whole source, but a retraining never for the next", async () => {
    await test.arrived("run-day", "folder", { source: "/incoming/day.csv" });
    await hear(say.validated("run-day"));
    expect(asked).toEqual([]);
    await hear(warned("run-day"));
    expect(asked).toHaveLength(1);
    test.at("2026-02-01T00:00:00Z");
    await test.arrived("run-whole", "http");
    await hear(warned("run-whole"));
    const again = { ...asked[0]!, run: "run-again", time: "2026-02-01T00:00:00Z" };
    await test.fold(again);
    await test.arrived("run-again", "retraining: drift", { source: "/incoming/day.csv" });
    await hear(warned("run-again"));
    expect(asked).toHaveLength(1);
  });
});
