import { fixtures as say } from "./flow-fixtures.js";
import { eventually, startGateway, type GatewayForTest } from "./gateway-for-test.js";

interface Frame {
  event: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks at whatever is sent
  data: any;
}

async function* framesOf(url: string, signal?: AbortSignal): AsyncGenerator<Frame> {
  const response = await fetch(url, { signal });
  let text = "";
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk as Uint8Array).toString("utf8");
    const frames = text.split("\n\n");
    text = frames.pop()!;
    for (const frame of frames) {
      const event = /^event: (.*)$/m.exec(frame)?.[1];
      if (event !== undefined) yield { event, data: JSON.parse(/^data: (.*)$/m.exec(frame)![1]!) };
    }
  }
}

/** Events may be written down in another order than they were said in, so a run that has ended may still change. */
async function nextOf(run: string, frames: AsyncGenerator<Frame>): Promise<Frame | undefined> {
  for (;;) {
    const { value, done } = await frames.next();
    if (done === true || (value as Frame).data.run === run) return value as Frame | undefined;
  }
}

const clientsOf = async (gateway: GatewayForTest): Promise<string> =>
  /^millrace_live_clients (\d+)$/m.exec((await gateway.call("GET", "/metrics")).body)![1]!;

describe("live updates", () => {
  let gateway: GatewayForTest;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it("begin with the state, tell each change and each progress, and end when the run has ended", async () => {
    const { bus } = gateway.platform;
    const next = [
      say.progress("ingest", 1, "started", "ingest began"),
      ...[say.ingested(), say.validated(), say.transformed(), say.trained(), say.approved(), say.promoted()],
    ];
    await bus.publish(say.arrived());
    await eventually("the run", async () => (await gateway.call("GET", "/runs/run-1")).status === 200);
    const frames: Frame[] = [];
    for await (const frame of framesOf(`${gateway.url}/runs/run-1/events`)) {
      frames.push(frame);
      if (frame.event === "run" && next.length > 0) for (const event of next.splice(0, 2)) await bus.publish(event);
    }
    expect(frames[0]).toMatchObject({ event: "run", data: { status: "running", summary: "waiting for ingest" } });
    expect(frames).toContainEqual({
      event: "progress",
      data: expect.objectContaining({ step: "ingest", state: "started" }),
    });
    expect(frames.at(-2)).toMatchObject({ event: "run", data: { status: "promoted" } });
    expect(frames.at(-1)).toMatchObject({ event: "end", data: { run: "run-1", status: "promoted" } });
  });

  it("of a run that has ended are its state and the end", async () => {
    const frames: string[] = [];
    for await (const { event } of framesOf(`${gateway.url}/runs/run-1/events`)) frames.push(event);
    expect(frames).toEqual(["run", "end"]);
  });

  it("of all runs begin with a snapshot, and a client that goes leaves nothing behind", async () => {
    const abort = new AbortController();
    const frames = framesOf(`${gateway.url}/events`, abort.signal);
    expect((await frames.next()).value).toMatchObject({ event: "snapshot", data: { runs: [{ run: "run-1" }] } });
    expect(await clientsOf(gateway)).toBe("1");
    await gateway.platform.bus.publish(say.arrived("run-2"));
    expect(await nextOf("run-2", frames)).toMatchObject({ event: "run", data: { run: "run-2", status: "running" } });
    abort.abort();
    await eventually("the client to be gone", async () => (await clientsOf(gateway)) === "0");
  });

  it("refuse a run that there is not", async () => {
    expect(await gateway.call("GET", "/runs/nobody/events")).toMatchObject({
      status: 404,
      body: { code: "RUN_UNKNOWN" },
    });
  });
});
