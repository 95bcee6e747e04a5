import { fixtures as say } from "../flow-fixtures.js";
import { eventually, startGateway, type GatewayForTest } from "../gateway-for-test.js";

describe("runs that have not begun, over HTTP", () => {
  let gateway: GatewayForTest;
  beforeEach(async () => void (gateway = await startGateway()));
  afterEach(() => gateway.stop());

  const begin = async () => (await gateway.call("POST", "/pipelines/churn/runs", {})).body.run as string;
  const pageOf = async (run: string) => (await gateway.call("GET", `/runs/${run}`)).body;
  const end = (run: string) => gateway.platform.bus.publish(say.datasetRejected(run));

  it("are listed as waiting and superseded, with the sentence that says why", async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()];
    expect(await pageOf(third)).toMatchObject({ status: "waiting", summary: `waits for ${first} to end`, steps: [] });
    expect(await pageOf(second)).toMatchObject({
      ...{ status: "superseded", turn: { state: "superseded", by: third } },
      summary: `newer data came before it could begin: ${third} took its place`,
    });
    const { runs } = (await gateway.call("GET", "/runs?status=waiting")).body;
    expect(runs).toEqual([expect.objectContaining({ run: third, pipeline: "churn" })]);
    await end(first);
    await eventually("the next run", async () => (await pageOf(third)).status === "running");
    expect((await pageOf(third)).turn).toBeUndefined();
  });

  it("are followed until they have run, or until another takes their place", async () => {
    const [first, second] = [await begin(), await begin()];
    const follow = async (run: string) => (await fetch(`${gateway.url}/runs/${run}/events`)).text();
    const following = [follow(first), follow(second)];
    const third = await begin();
    await end(first);
    await eventually("the next run", async () => (await pageOf(third)).status === "running");
    const [one, two] = await Promise.all(following);
    expect(one).toContain(`event: end\ndata: {"run":"${first}","status":"rejected"}`);
    expect(two).toContain(`event: end\ndata: {"run":"${second}","status":"superseded"}`);
  });

  it("begin at once on an operator's word, and the line goes on behind them", async () => {
    const [first, second] = [await begin(), await begin()];
    expect((await gateway.call("POST", `/runs/${second}/resume`)).status).toBe(202);
    expect((await pageOf(second)).status).toBe("running");
    const third = await begin();
    await end(first);
    await end(second);
    await eventually("the run behind them", async () => (await pageOf(third)).status === "running");
  });

  it("wait on when the gateway is started again, and lose nothing", async () => {
    const [first, second] = [await begin(), await begin()];
    gateway = await gateway.restart();
    expect((await pageOf(second)).status).toBe("waiting");
    await end(first);
    await eventually("the next run", async () => (await pageOf(second)).status === "running");
  });
});
