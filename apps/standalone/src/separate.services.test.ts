import { cp } from "node:fs/promises";
import { join } from "node:path";
import {
  arrive,
  call,
  endOfRun,
  repositoryRoot,
  startApp,
  temporaryFolder,
  until,
  type PlatformProcess,
} from "@millrace/testing";
import { freshPlaceOnServers } from "./real-servers.js";

const pipelineServices = ["ingestion", "validation", "transformation", "trainer", "evaluator", "registry"];

/** Every service as a process of its own, two of the trainer and of inference, on the real servers. */
describe("services that run one by one", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const processes: PlatformProcess[] = [];
  let gateway: string;
  let replicas: string[];
  let trainers: PlatformProcess[];
  let start: (app: string) => Promise<PlatformProcess>;

  beforeAll(async () => {
    folder = await temporaryFolder("separate");
    await cp(join(repositoryRoot, "pipelines"), join(folder.path, "pipelines"), { recursive: true });
    const environment = {
      ...(await freshPlaceOnServers()),
      MILLRACE_PIPELINES_DIR: join(folder.path, "pipelines"),
      ...{ KEEPER_AFTER_SECONDS: "2", LEASE_SECONDS: "3" },
    };
    start = async (app) => {
      const port = { [`${app.toUpperCase()}_PORT`]: "0" };
      const data = { MILLRACE_DATA_DIR: join(folder.path, `${app}-${processes.length}`) };
      const started = await startApp(app, { ...environment, ...port, ...data });
      processes.push(started);
      return started;
    };
    for (const app of pipelineServices) await start(app);
    trainers = [processes[3]!, await start("trainer")];
    replicas = [(await start("inference")).urls.inference!, (await start("inference")).urls.inference!];
    gateway = (await start("gateway")).urls.gateway!;
  }, 120_000);

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await folder.remove();
  }, 60_000);

  const served = (inference: string, model: string, version: number) =>
    until(`version ${version} of ${model} to serve`, async () => {
      const { body } = await call<{ version?: number }>(`${inference}/models/${model}`);
      return body.version === version;
    });

  it("take a run from arrival to a prediction, and every replica of inference serves it", async () => {
    const { run } = await arrive(gateway, { pipeline: "iris" });
    expect((await endOfRun(gateway, run)).status).toBe("promoted");
    for (const inference of replicas) {
      await served(inference, "iris", 1);
      const { body } = await call(`${inference}/predict`, { features: [5.1, 3.5, 1.4, 0.2] });
      expect(body).toMatchObject({ prediction: "setosa", model_version: 1 });
    }
  }, 90_000);

  it("finish a run whose trainers were all killed in the middle of it, on the one that comes after them", async () => {
    const { run } = await arrive(gateway, { pipeline: "churn" });
    await until("a run to reach training", async () => {
      const { body } = await call<{ steps: { step: string }[] }>(`${gateway}/runs/${run}`);
      return body.steps?.some(({ step }) => step === "train");
    });
    await Promise.all(trainers.map((trainer) => trainer.kill()));
    await start("trainer");
    expect((await endOfRun(gateway, run, 90_000)).status).toBe("promoted");
    const { versions } = (await call<{ versions: unknown[] }>(`${gateway}/models/churn`)).body;
    expect(versions).toHaveLength(1);
  }, 120_000);
});
