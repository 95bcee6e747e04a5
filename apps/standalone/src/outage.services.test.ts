import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  arrive,
  call,
  endOfRun,
  ownServer,
  repositoryRoot,
  startApp,
  temporaryFolder,
  until,
  type OwnServer,
  type PlatformProcess,
} from "@millrace/testing";

interface Readiness {
  ready: boolean;
  dependencies: { name: string; up: boolean; since: string; detail?: string }[];
}

describe("a server that goes away and comes back", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let broker: OwnServer;
  let records: OwnServer;
  let platform: PlatformProcess;
  let gateway: string;

  const ready = async () => (await call<Readiness>(`${gateway}/ready`)).body;
  const dependency = async (name: string) => (await ready()).dependencies.find((one) => one.name === name)!;
  const isDown = (name: string) =>
    until(`/ready to say that ${name} is down`, async () => !(await dependency(name)).up, { within: 30_000 });
  const isReady = () => until("/ready to be 200", async () => (await ready()).ready, { within: 60_000 });
  const deadLetters = async () => (await call<{ deadLetters: unknown[] }>(`${gateway}/dead-letters`)).body;

  /** The iris data with a row changed, so that each arrival is news. */
  async function news(number: number): Promise<string> {
    const csv = await readFile(join(repositoryRoot, "pipelines/iris/iris.csv"), "utf8");
    const path = join(folder.path, `iris-${number}.csv`);
    await writeFile(path, csv.replace("5.1,3.5,1.4,0.2", `5.${number},3.5,1.4,0.2`));
    return path;
  }

  beforeAll(async () => {
    folder = await temporaryFolder("outage");
    await cp(join(repositoryRoot, "pipelines"), join(folder.path, "pipelines"), { recursive: true });
    [broker, records] = [await ownServer("rabbitmq"), await ownServer("mongodb")];
    await records.start();
    platform = await startApp("standalone", {
      RABBITMQ_URL: `amqp://guest:guest@127.0.0.1:${broker.port}`,
      MONGODB_URI: `mongodb://127.0.0.1:${records.port}/millrace`,
      MILLRACE_DATA_DIR: join(folder.path, "data"),
      MILLRACE_PIPELINES_DIR: join(folder.path, "pipelines"),
      ...{ KEEPER_AFTER_SECONDS: "2", LEASE_SECONDS: "3" },
    });
    gateway = platform.urls.gateway!;
  }, 300_000);

  afterAll(async () => {
    await platform?.stop();
    await broker?.remove();
    await records?.remove();
    await folder?.remove();
  }, 120_000);

  it("is waited for at the start, and /ready says which one it is, and since when", async () => {
    await isDown("broker");
    const { since, detail } = await dependency("broker");
    expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
    expect(detail).toMatch(/refused|connect/i);
    await broker.start();
    await isReady();
  }, 180_000);

  it("loses nothing when the broker goes away in the middle of a run", async () => {
    const { run } = await arrive(gateway, { pipeline: "iris", source: await news(2) });
    await broker.stop();
    await isDown("broker");
    await broker.start();
    await isReady();
    expect((await endOfRun(gateway, run, 90_000)).status).toMatch(/promoted|rejected/);
  }, 240_000);

  it("dead-letters nothing while the record store is down, and goes on when it is back", async () => {
    const { run } = await arrive(gateway, { pipeline: "iris", source: await news(3) });
    await records.stop();
    await isDown("records");
    await records.start();
    await isReady();
    expect((await endOfRun(gateway, run, 90_000)).status).toMatch(/promoted|rejected/);
    expect(JSON.stringify(await deadLetters())).not.toContain(run);
  }, 240_000);
});
