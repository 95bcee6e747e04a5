import { MongoClient } from "mongodb";
import { fixtures as say } from "../flow-fixtures.js";
import { eventually } from "../gateway-for-test.js";
import { gatewaysOnServers, type GatewaysOnServers } from "../triggers/servers-for-test.js";

describe("two gateways on one store", () => {
  let gateways: GatewaysOnServers;
  let now = new Date("2026-01-01T02:59:00Z");
  const { MONGODB_URI } = process.env as Record<string, string>;

  beforeAll(async () => {
    const environment = { CHURN_DB: MONGODB_URI };
    gateways = await gatewaysOnServers({ count: 2, environment, clock: () => now });
  });
  afterAll(() => gateways.stop());

  const arrive = async (pipeline: string, source: string, gateway: number) => {
    const url = gateways.urls[gateway % 2]!;
    return (await gateways.call<{ run: string }>(url, "/events", { pipeline, source })).body.run;
  };
  const withStatus = async (pipeline: string, status: string) =>
    (await gateways.runs(pipeline)).filter((run) => run.status === status).map(({ run }) => run);

  it("make one run of a burst of 100 arrivals, and the newest data win", async () => {
    await gateways.write("burst", "arrivals: { debounce: 30s }");
    const burst = Array.from({ length: 99 }, (_, number) => arrive("burst", `https://data.test/${number}.csv`, number));
    const runs = await Promise.all(burst);
    expect(new Set(runs).size).toBe(99);
    const newest = await arrive("burst", "https://data.test/newest.csv", 1);
    expect(await withStatus("burst", "running")).toEqual([]);
    now = new Date(now.getTime() + 30_000);
    await eventually("the run of the newest data", async () => (await withStatus("burst", "running")).length > 0);
    expect(await withStatus("burst", "running")).toEqual([newest]);
    expect((await withStatus("burst", "superseded")).sort()).toEqual(runs.sort());
  });

  it("let the newest arrival wait for the run before it, whichever of them took it", async () => {
    await gateways.write("flight", "arrivals: { debounce: 0s }");
    const [first, second, third] = [
      await arrive("flight", "https://data.test/1.csv", 0),
      await arrive("flight", "https://data.test/2.csv", 1),
      await arrive("flight", "https://data.test/3.csv", 0),
    ];
    const lines = await gateways.runs("flight");
    const statusOf = (run: string) => lines.find((line) => line.run === run)?.status;
    expect([first, second, third].map(statusOf)).toEqual(["running", "superseded", "waiting"]);
    const ended = { ...say.datasetRejected(first), pipeline: "flight", time: now.toISOString() };
    await gateways.bus.publish(ended);
    await eventually("the next run", async () => (await withStatus("flight", "running")).includes(third));
  });

  it("fire a schedule once", async () => {
    await gateways.write("nightly", 'triggers: [{ cron: "0 3 * * *" }]');
    now = new Date("2026-02-01T02:59:00Z");
    await eventually("the schedule to be known", () => gateways.hasLooked("nightly"));
    for (const day of ["02", "03", "04"]) {
      const before = (await gateways.runs("nightly")).length;
      now = new Date(`2026-02-${day}T03:00:01Z`);
      await eventually("the run", async () => (await gateways.runs("nightly")).length > before);
    }
    expect(await gateways.runs("nightly")).toHaveLength(3);
  });

  it("begin a run when a collection has grown, by its watermark and by the count of its rows", async () => {
    const client = new MongoClient(MONGODB_URI!);
    const rows = client.db(gateways.name).collection("rows");
    await rows.insertMany([{ a: 1 }, { a: 2 }]);
    const source = `{ kind: mongodb, url: "\${CHURN_DB}", database: ${gateways.name}, collection: rows }`;
    await gateways.write("grown", "triggers: [{ watermark: true, every: 1s }]", source);
    await gateways.write("counted", "triggers: [{ rows: 3, every: 1s }]", source);
    const later = () => void (now = new Date(now.getTime() + 2_000));
    await eventually("the first run", async () => (later(), (await gateways.runs("grown")).length === 1));
    expect(await gateways.runs("counted")).toEqual([]);
    await rows.insertOne({ a: 3 });
    await eventually("the second run", async () => (later(), (await gateways.runs("grown")).length === 2));
    await eventually("a run for three rows", async () => (later(), (await gateways.runs("counted")).length === 1));
    await client.db(gateways.name).dropDatabase();
    await client.close();
  });
});
