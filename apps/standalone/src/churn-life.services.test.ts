import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ModelVersionRecord, PredictResponse } from "@millrace/contracts";
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

/** The commands of the README's section that holds these words, as somebody would type them. */
async function commandsWith(words: string): Promise<string> {
  const readme = await readFile(join(repositoryRoot, "pipelines/churn/README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text!);
  const found = blocks.find((text) => text.includes(words));
  if (found === undefined) throw new Error(`no command of pipelines/churn/README.md has ${words}`);
  return found;
}

describe("the life of a model on RabbitMQ, MongoDB, S3 and MLflow, as pipelines/churn/README.md has it", () => {
  // MLflow is one for all suites: a model of our own there, or others would move its alias.
  const model = `churn-${randomUUID().slice(0, 8)}`;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let platform: PlatformProcess;

  beforeAll(async () => {
    folder = await temporaryFolder("churn-life");
    const ours = join(folder.path, "pipelines/churn");
    await cp(join(repositoryRoot, "pipelines/churn"), ours, { recursive: true });
    const yaml = await readFile(join(ours, "pipeline.yaml"), "utf8");
    await writeFile(join(ours, "pipeline.yaml"), yaml.replace(/^name: churn$/m, `name: ${model}`));
    environment = {
      ...(await freshPlaceOnServers()),
      MILLRACE_DATA_DIR: join(folder.path, "data"),
      MILLRACE_PIPELINES_DIR: join(folder.path, "pipelines"),
    };
    platform = await startApp("standalone", environment);
  }, 60_000);

  afterAll(async () => {
    await platform?.stop();
    await folder?.remove();
  }, 60_000);

  const ownNames = (commands: string): string =>
    commands
      .replaceAll("npx millrace", `"${process.execPath}" "${join(repositoryRoot, "apps/cli/bin/millrace.js")}"`)
      .replaceAll("localhost:8000", platform.urls.inference!)
      .replace(/((?:arrive|models|rollback) |models\/|models:\/|model-registry\/)churn\b/g, `$1${model}`);

  /** Types a block of the README, and gives what it said and its exit code. */
  async function typed(
    words: string,
    changed = (commands: string) => commands,
  ): Promise<{ out: string; exit: number }> {
    const env = {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, MLFLOW_DISABLE_TELEMETRY: "true", ...environment },
      ...{ MILLRACE_URL: platform.urls.gateway!, MILLRACE_INFERENCE_URL: platform.urls.inference! },
      ...(process.env.MLFLOW_PYTHON !== undefined && { MLFLOW_PYTHON: process.env.MLFLOW_PYTHON }),
    };
    const script = `set -euo pipefail\n${ownNames(changed(await commandsWith(words)))}`;
    const bash = promisify(execFile)("bash", ["-c", script], { cwd: folder.path, env });
    return bash.then(
      ({ stdout }) => ({ out: stdout, exit: 0 }),
      ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }) => ({
        ...{ out: stdout + stderr, exit: code },
      }),
    );
  }

  const versions = async () => {
    const { body } = await call<{ version: number; versions: ModelVersionRecord[] }>(
      `${platform.urls.gateway}/models/${model}`,
    );
    return { serves: body.version, of: (version: number) => body.versions.find((one) => one.version === version)! };
  };
  const isServed = (version: number) =>
    until(`version ${version} to be served`, async () => {
      const { body } = await call<{ version?: number }>(`${platform.urls.inference}/models/${model}`);
      return body.version === version;
    });
  const championInMlflow = async (): Promise<string | undefined> => {
    const url = `${environment.MLFLOW_TRACKING_URI}/api/2.0/mlflow/registered-models/alias?name=${model}&alias=champion`;
    const { body } = await call<{ model_version?: { tags: { key: string; value: string }[] } }>(url);
    return body.model_version?.tags.find(({ key }) => key === "millrace.version")?.value;
  };
  const answeredBy = async (): Promise<number> => {
    const customer = await readFile(join(folder.path, "pipelines/churn/customer.json"), "utf8");
    const { body } = await call<PredictResponse>(`${platform.urls.inference}/models/${model}/predict`, customer);
    return body.model_version;
  };
  /** What the README's command brings from the bucket: the alias and the export may follow the promotion. */
  const exported = (version: number) =>
    until(`the export of version ${version}`, async () => {
      const { out } = await typed("metadata.json", (command) => command.replace("/1/metadata", `/${version}/metadata`));
      return JSON.parse(out) as Record<"model" | "run" | "package" | "promoted_at", string> & { version: number };
    });

  it("makes the first version the champion, and serves it", async () => {
    const { run } = await arrive(platform.urls.gateway!, { pipeline: model });
    expect((await endOfRun(platform.urls.gateway!, run)).status).toBe("promoted");
    await isServed(1);
    const { out } = await typed("--history");
    expect(out).toMatch(new RegExp(`${model} serves version 1\n`));
    expect(out).toMatch(/approved .*Approved as the first version: ROC-AUC \.8.* meets the floor of \.8\./);
    const { prediction, model_version } = JSON.parse(out.trim().split("\n").at(-1)!) as PredictResponse;
    expect({ prediction, model_version }).toEqual({ prediction: "Yes", model_version: 1 });
  }, 70_000);

  it("has it in the bucket, with metadata.json", async () => {
    const { run, package: packed } = (await versions()).of(1);
    const metadata = await exported(1);
    expect(metadata).toMatchObject({ model, version: 1, run, package: packed.digest });
    expect(Date.parse(metadata.promoted_at)).toBeLessThanOrEqual(Date.now());
  }, 30_000);

  it("opens the champion in Python", async () => {
    if (process.env.MLFLOW_PYTHON === undefined)
      throw new Error("There is no Python with MLflow: start the servers by npm run services:up, without Docker.");
    expect(await championInMlflow()).toBe("1");
    const { out, exit } = await typed("mlflow.pyfunc");
    expect({ exit, out }).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/label +probability_No +probability_Yes/),
    });
    expect(out).toMatch(/^0 +Yes +0\.\d+ +0\.\d+$/m);
  }, 60_000);

  it.each([
    ["worse.csv", 2, /^Rejected: ROC-AUC \.\d+ \(95 % .*\) misses the floor of \.8\.$/],
    ["few.csv", 3, /^Rejected: ROC-AUC \.8\d+ \(95 % .*\) is not \.005 above the champion's \.8\d+\.$/],
  ])(
    "rejects what %s makes with the reason, and goes on serving version 1",
    async (file, version, reason) => {
      const { exit, out } = await typed(`--source ${file}`);
      expect({ exit, out }).toMatchObject({ exit: 3, out: expect.stringContaining("Rejected: ROC-AUC") });
      const now = await versions();
      expect(now.of(version)).toMatchObject({ status: "rejected", reason: expect.stringMatching(reason) });
      expect(now.serves).toBe(1);
      expect(await championInMlflow()).toBe("1");
    },
    60_000,
  );

  it("promotes a better one, which serves then", async () => {
    const { exit, out } = await typed("--source drifted.csv");
    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringMatching(/at least \.005 above the champion's/) });
    await isServed(4);
    expect(await answeredBy()).toBe(4);
    expect((await versions()).of(4).status).toBe("approved");
    expect(await exported(4)).toMatchObject({ model, version: 4 });
    await until("the alias", async () => (await championInMlflow()) === "4");
  }, 60_000);

  it("lets the earlier one serve again after a rollback", async () => {
    const { exit, out } = await typed("millrace rollback");
    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining("serves version 1 again") });
    await isServed(1);
    expect(await answeredBy()).toBe(1);
    expect((await versions()).serves).toBe(1);
    await until("the alias", async () => (await championInMlflow()) === "1");
  }, 30_000);
});
