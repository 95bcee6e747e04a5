import { join } from "node:path";
import type { RunRecord } from "@millrace/contracts";
import { arrive, call, endOfRun, startApp, temporaryFolder, until } from "@millrace/testing";

export interface CrashSetting {
  cases: number;
  seed: number;
  /** The drivers of one case: a place that nothing was in before. */
  environment(): Promise<Record<string, string>>;
}

/** Two at a time: there are seldom more cores to spare. */
const atOnce = 2;

/**
 * Ends the process, as by kill -9, before or after its n-th write or publish on the way from arrival to prediction, and
 * starts it again on what is left. Which n is drawn from a seed.
 */
export function crashConformance(name: string, { cases, seed, environment }: CrashSetting): void {
  describe(`a process that dies at any write or publish, on ${name}`, () => {
    let boundaries: number;

    beforeAll(async () => {
      boundaries = await countBoundaries(await environment());
    }, 60_000);

    it(
      `has one run and one version after it started again, in ${cases} seeded cases`,
      async () => {
        const draw = seededDraw(seed);
        const points = Array.from({ length: cases }, () => 1 + Math.floor(draw() * boundaries));
        const failures: string[] = [];
        const work = async () => {
          for (let point = points.pop(); point !== undefined; point = points.pop()) {
            const failure = await crashAndRecover(point, await environment()).catch(String);
            if (failure !== undefined) failures.push(`killed at boundary ${point} of ${boundaries}: ${failure}`);
          }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        expect(boundaries).toBeGreaterThan(40);
        expect(failures).toEqual([]);
      },
      cases * 20_000,
    );
  });
}

async function countBoundaries(environment: Record<string, string>): Promise<number> {
  const folder = await temporaryFolder("count");
  const platform = await startApp("standalone", {
    ...environment,
    MILLRACE_DATA_DIR: folder.path,
    MILLRACE_KILL_AT: "1000000",
  });
  await until("the example", () => platform.output().includes("Stop with Ctrl-C"));
  await platform.stop();
  await folder.remove();
  return Number(/"crossed":(\d+)/.exec(platform.output())![1]);
}

/** What was wrong afterwards, if anything. */
async function crashAndRecover(point: number, drivers: Record<string, string>): Promise<string | undefined> {
  const folder = await temporaryFolder("crash");
  const environment = {
    ...drivers,
    MILLRACE_DATA_DIR: join(folder.path, "data"),
    LEASE_SECONDS: "2",
    KEEPER_AFTER_SECONDS: "1",
  };
  const first = await startApp("standalone", { ...environment, MILLRACE_KILL_AT: String(point) });
  // The last boundaries come after the example has ended; then there is nothing left to die at.
  await until("the end or the example", () => first.output().includes("Stop with Ctrl-C") || endedBy(first.ended));
  await first.kill();
  const second = await startApp("standalone", environment);
  try {
    return await whatIsWrong(second.urls.gateway!, second.urls.inference!);
  } catch (error) {
    return `${String(error)}\n${second.output().slice(-2000)}`;
  } finally {
    await second.stop();
    await folder.remove();
  }
}

async function whatIsWrong(gateway: string, inference: string): Promise<string | undefined> {
  const { run } = await arrive(gateway, { pipeline: "iris" });
  const ended = await endOfRun(gateway, run, 30_000);
  if (ended.status !== "promoted") return `the run ended ${ended.status}: ${ended.summary}`;
  const { runs } = (await call<{ runs: RunRecord[] }>(`${gateway}/runs?pipeline=iris`)).body;
  if (runs.length !== 1) return `there are ${runs.length} runs`;
  const { versions } = (await call<{ versions: unknown[] }>(`${gateway}/models/iris`)).body;
  if (versions.length !== 1) return `there are ${versions.length} versions`;
  const served = await until("version 1 to serve", async () => {
    const { status, body } = await call(`${inference}/predict`, { features: [5.1, 3.5, 1.4, 0.2] });
    return status === 200 && body;
  });
  return served.prediction === "setosa" && served.model_version === 1
    ? undefined
    : `it answers ${JSON.stringify(served)}`;
}

async function endedBy(ended: Promise<string>): Promise<boolean> {
  return (await Promise.race([ended, Promise.resolve(undefined)])) !== undefined;
}

/** A linear congruential generator is random enough to pick where to crash, and the same on every machine. */
function seededDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
