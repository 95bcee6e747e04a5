import { ARRIVALS_QUEUE, type ArrivalRequest, type CloudEvent } from "@millrace/contracts";
import type { Bus, ConsumeOptions, Handler } from "@millrace/messaging";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startGateway, type GatewayForTest } from "../gateway-for-test.js";
import { openPipelineList } from "../pipeline-list.js";
import { takeArrivals } from "./arrival-queue.js";
import { hearNotification, readNotification } from "./s3-notification.js";
import { triggersForTest } from "./triggers-for-test.js";

const notification = (key: string, eventName = "s3:ObjectCreated:Put") => ({
  Records: [{ eventName, s3: { bucket: { name: "lake" }, object: { key } } }],
});

describe("a notification of S3", () => {
  it("begins the run of the pipeline whose prefix has a new _SUCCESS, and of no other", async () => {
    const test = await triggersForTest();
    const folder = join(test.root, "pipelines/churn");
    await mkdir(folder, { recursive: true });
    const text = "name: churn\nsource: { path: c.csv }\ntarget: { column: y }\ntriggers: [{ s3: s3://lake/in }]\n";
    await writeFile(join(folder, "pipeline.yaml"), text);
    const modifiedAt = new Date(0);
    const keys = ["in/day 1+2/_SUCCESS", "in/day 1+2/x.csv"];
    const listed = keys.map((key) => ({ key, size: 1, etag: key, modifiedAt }));
    const parts = {
      ...test,
      pipelines: openPipelineList(join(test.root, "pipelines")),
      probe: { list: async () => listed },
    };
    const hear = (key: string, event?: string) => hearNotification(readNotification(notification(key, event)), parts);
    expect(await hear("other/_SUCCESS")).toEqual([]);
    expect(await hear("in/day+1%2B2/x.csv")).toEqual([]);
    expect(await hear("in/day+1%2B2/_SUCCESS", "s3:ObjectRemoved:Delete")).toEqual([]);
    expect(await hear("in/day+1%2B2/_SUCCESS")).toEqual([expect.objectContaining({ pipeline: "churn" })]);
    expect(await hear("in/day+1%2B2/_SUCCESS", "ObjectCreated:Copy")).toEqual([]);
    expect(test.begun.map(({ source }) => source)).toEqual(["s3://lake/in/day 1+2/x.csv"]);
    await test.close();
  });
});

describe("the webhook", () => {
  let gateway: GatewayForTest;
  beforeAll(async () => void (gateway = await startGateway()));
  afterAll(() => gateway.stop());
  const post = (body: unknown, headers?: Record<string, string>) => gateway.call("POST", "/webhooks/s3", body, headers);

  it("takes notifications, also those that are about nobody here and the test whether it listens", async () => {
    expect(await post(notification("in/_SUCCESS"))).toEqual({ status: 202, body: { runs: [] } });
    expect(await post({ Service: "Amazon S3", Event: "s3:TestEvent" })).toMatchObject({ status: 202 });
  });

  it("refuses what is none, and says what is wrong with it", async () => {
    expect(await post({ Records: [{ eventName: 1 }] })).toMatchObject({
      ...{ status: 400, body: { code: "S3_NOTIFICATION_MALFORMED", detail: expect.stringContaining("Records.0") } },
    });
    expect((await post("x", { "content-type": "text/plain" })).status).toBe(415);
    expect((await post("{")).status).toBe(400);
  });
});

describe("the queue of arrivals", () => {
  const taken: [string, unknown][] = [];
  const taker = (kind: string) => async (given: unknown) => void taken.push([kind, given]);
  const takers = { notification: taker("s3"), arrival: taker("short"), event: taker("event") };

  async function deliver(text: string): Promise<void> {
    let given: { handler: Handler; options: ConsumeOptions } | undefined;
    const consume = async (queue: string, handler: Handler, options: ConsumeOptions = {}) => {
      expect(queue).toBe(ARRIVALS_QUEUE.name);
      given = { handler, options };
      return { cancel: async () => {} };
    };
    await takeArrivals({ consume } as Pick<Bus, "consume">, takers);
    const event: CloudEvent = given!.options.parse!(Buffer.from(text));
    await given!.handler({ event, attempt: 1, firstSeen: new Date(0), queue: ARRIVALS_QUEUE.name, redelivered: false });
  }

  it("tells notifications, arrivals in short and events apart", async () => {
    const short: ArrivalRequest = { pipeline: "churn", source: "day.csv" };
    const event = { specversion: "1.0", id: "1", source: "/x", type: "data.arrived", data: { pipeline: "churn" } };
    for (const body of [notification("a/_SUCCESS"), short, event]) await deliver(JSON.stringify(body));
    expect(taken.map(([kind]) => kind)).toEqual(["s3", "short", "event"]);
    expect(taken[1]![1]).toEqual(short);
  });

  it("puts what is none of them among the dead letters at once", async () => {
    await expect(deliver("[]")).rejects.toMatchObject({ name: "Reject", code: "ARRIVAL_MALFORMED" });
    await expect(deliver('{"Records":"x"}')).rejects.toMatchObject({ name: "Reject" });
    await expect(deliver('{"pipeline":7}')).rejects.toMatchObject({ name: "Reject", code: "REQUEST_INVALID" });
  });
});
