import { datasetTransformed, dataOf, envelope, modelTrained, type CloudEvent } from "@millrace/contracts";
import { runServices, type Platform, type RunningServices } from "@millrace/service";
import { defineCollection } from "@millrace/storage";
import { startApp, temporaryFolder, until, type PlatformProcess } from "@millrace/testing";
import { cloudsOf, preparedOf, transformedIn } from "./fit-job-for-test.js";
import { jobCollection, type JobRecord } from "./job-records.js";
import { freshPlaceOnServers } from "./servers-for-test.js";

const leases = defineCollection<{ pid: number }>({ name: "leases", indexes: {} });
const FOLDS = 6;
const forest = (trees: number) => ({ model: "ml-random-forest", params: { trees } });
const settings = { candidates: [forest(20), forest(25)], select: { folds: FOLDS } };

/** Two trainers, each a process with one thread, on real RabbitMQ, MongoDB and S3. */
describe("trainers that share their jobs", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let watching: RunningServices;
  let platform: Platform;
  let environment: Record<string, string>;
  let trainers: PlatformProcess[];
  let trained: CloudEvent[];
  let event: CloudEvent;

  beforeEach(async () => {
    folder = await temporaryFolder("sharing");
    environment = { ...(await freshPlaceOnServers()), LEASE_SECONDS: "2", TRAINER_THREADS: "1", TRAINER_PORT: "0" };
    const own = (name: string) => ({ ...environment, MILLRACE_DATA_DIR: `${folder.path}/${name}` });
    watching = await runServices("watcher", [], { environment: { ...own("watcher"), LOG_LEVEL: "error" } });
    platform = watching.platform;
    trained = [];
    await platform.bus.listen([modelTrained.type], (heard) => void trained.push(heard));
    // One store of figures for both, as a tracking server would be.
    trainers = await Promise.all([1, 2].map(() => startApp("trainer", own("trainers"))));
    const prepared = preparedOf(settings, cloudsOf(1500, 3));
    const data = await transformedIn(platform.artifacts, prepared);
    const from = { service: "transformation", step: "transform", run: "run-1", pipeline: "sides", time: new Date() };
    event = envelope(datasetTransformed, datasetTransformed(data), from);
    await platform.bus.publish(event);
  }, 60_000);

  afterEach(async () => {
    for (const trainer of trainers) await trainer.stop();
    await watching.stop();
    await folder.remove();
  }, 60_000);

  const jobs = async () => (await platform.records.records(jobCollection).query({ limit: 1000 })).records;
  const isFold = ({ result }: JobRecord) => result !== undefined && "folds" in result;
  const claimedBy = async (pid: number) => (await jobs()).find(({ value }) => value.claim?.pid === pid);
  const foldsDone = async () => (await jobs()).filter(({ value }) => isFold(value)).length;
  const coordinator = () =>
    until("a coordinator", async () => {
      const { records } = await platform.records.records(leases).query({ limit: 10 });
      return trainers.find(({ pid }) => records.some(({ value }) => value.pid === pid));
    });
  const outcome = () => until("model.trained", () => trained[0], { within: 90_000 });
  const doneBy = ({ output }: PlatformProcess) => output().split('"message":"job done"').length - 1;

  it("do every job once, each some of them", async () => {
    const { candidates } = dataOf(modelTrained, await outcome());
    expect(candidates.every(({ metrics }) => metrics !== undefined)).toBe(true);
    const folds = (await jobs()).filter(({ value }) => isFold(value));
    expect(folds).toHaveLength(2 * FOLDS);
    expect(folds.map(({ value }) => value.fence)).toEqual(Array(2 * FOLDS).fill(1));
    expect(trainers.map(doneBy).every((count) => count >= 2)).toBe(true);
  }, 120_000);

  it("take over from one that is killed, also where it was the one that watched over the training", async () => {
    const killed = await coordinator();
    await until("some jobs", async () => (await foldsDone()) >= 3 && (await claimedBy(killed.pid)));
    await killed.kill();
    trainers = trainers.filter((trainer) => trainer !== killed);
    // The run keeper of the gateway does this for a run that stands still.
    await platform.bus.publish(event);
    const { candidates } = dataOf(modelTrained, await outcome());
    expect(candidates.every(({ metrics }) => metrics !== undefined)).toBe(true);
    const folds = (await jobs()).filter(({ value }) => isFold(value));
    expect(folds).toHaveLength(2 * FOLDS);
    const repeated = folds.reduce((sum, { value }) => sum + value.fence - 1, 0);
    expect(repeated).toBeLessThanOrEqual(1);
    expect(trained).toHaveLength(1);
  }, 120_000);

  it("take no result of one that slept past its lease", async () => {
    const watcher = await coordinator();
    const stopped = trainers.find((trainer) => trainer !== watcher)!;
    const { key, value } = await until("a claim", () => claimedBy(stopped.pid));
    process.kill(stopped.pid, "SIGSTOP");
    const taken = await until(
      "another's result",
      async () => {
        const record = (await platform.records.records(jobCollection).get(key))?.value;
        return record !== undefined && record.fence > value.fence && isFold(record) && record;
      },
      { within: 60_000 },
    );
    process.kill(stopped.pid, "SIGCONT");
    await until("a refusal", () => stopped.output().includes("came too late"), { within: 60_000 });
    expect((await platform.records.records(jobCollection).get(key))!.value).toEqual(taken);
    expect(dataOf(modelTrained, await outcome()).candidates.every(({ metrics }) => metrics !== undefined)).toBe(true);
  }, 180_000);
});
