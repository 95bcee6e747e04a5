import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopEmbeddedBroker } from "@millrace/messaging";
import { startStandalone, type Standalone } from "@millrace/standalone";
import { until } from "@millrace/testing";
import { runIn } from "./platform-for-test.js";

const fixtures = join(__dirname, "../../../libs/runtimes/fixtures");

describe("millrace models import", () => {
  let root: string;
  let millrace: Standalone;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-import-"));
    await cp(join(__dirname, "../../../pipelines/iris"), join(root, "pipelines/iris"), { recursive: true });
    for (const name of ["iris.onnx", "iris.schema.yaml"]) await copyFile(join(fixtures, name), join(root, name));
    const folders = { MILLRACE_DATA_DIR: join(root, "data"), MILLRACE_PIPELINES_DIR: join(root, "pipelines") };
    const environment = { ...folders, GATEWAY_PORT: "0", INFERENCE_PORT: "0", LOG_LEVEL: "error" };
    millrace = await startStandalone({ environment, example: false, say: () => undefined });
  });
  afterAll(async () => {
    await millrace.stop();
    await stopEmbeddedBroker();
    await rm(root, { recursive: true });
  });

  const cli = (...argv: string[]) =>
    runIn(root, { MILLRACE_URL: millrace.urls.gateway, MILLRACE_INFERENCE_URL: millrace.urls.inference }, argv);
  const bring = (...more: string[]) =>
    cli("models", "import", "iris.onnx", "--schema", "iris.schema.yaml", "--name", "flowers", ...more);

  it("lets a model that scikit-learn made serve as any other, and the next version of it wait", async () => {
    expect(await bring("--promote", "--reason", "from the lab")).toEqual({
      ...{ exit: 0, out: "flowers version 1 serves\n", err: "" },
    });
    const { out } = await until("it to answer", async () => {
      const answer = await cli("predict", "flowers", "5.1", "3.5", "1.4", "0.2");
      return answer.exit === 0 && answer;
    });
    expect(out).toMatch(/^setosa {2}9\d\.\d % {2}\(flowers version 1, /);
    const next = await bring();
    expect(next.out).toContain("flowers version 2 is registered; `millrace rollback flowers --to 2` lets it serve");
    expect((await cli("models", "flowers")).out).toContain("flowers serves version 1");
    expect((await cli("rollback", "flowers", "--to", "2")).exit).toBe(0);
  });

  it("has a model judged beside the champion of its pipeline, and each serves where it is better", async () => {
    const judge = (...more: string[]) => bring("--name", "iris", "--judge", ...more);
    expect(await judge()).toMatchObject({ exit: 1, err: expect.stringContaining("NOTHING_TO_JUDGE_BY") });
    expect(await judge("--promote")).toMatchObject({ exit: 2, err: expect.stringContaining("--judge") });
    expect((await cli("arrive", "iris")).exit).toBe(0);
    const first = await judge("--json");
    const answer = JSON.parse(first.out) as { verdict: string; promoted: boolean; version: number };
    expect(answer).toMatchObject({ version: 2, done: true, verdict: expect.stringMatching(/accuracy.*champion/) });
    expect(first.exit).toBe(answer.promoted ? 0 : 3);
    expect((await bring("--name", "iris", "--promote")).out).toContain("iris version 3 serves");
    const again = await cli("arrive", "iris", "--again");
    expect(again.out).toMatch(/champion's/);
    expect(again.out).not.toContain("can't score");
  }, 120_000);

  it("says what is wrong with a schema, a file or a model, and makes no version of it", async () => {
    await writeFile(join(root, "wrong.yaml"), "target: species\nclasses: [a]\nfeatures: [{ name: x, kind: colour }]\n");
    await writeFile(join(root, "no-model.onnx"), "no model");
    const wrong = await cli("models", "import", "iris.onnx", "--schema", "wrong.yaml", "--name", "roses");
    expect(wrong).toMatchObject({ exit: 2, err: expect.stringMatching(/wrong\.yaml:3:.*kind/) });
    expect(await cli("models", "import", "iris.onnx", "--name", "roses")).toMatchObject({
      ...{ exit: 2, err: expect.stringContaining("--schema") },
    });
    const unreadable = await cli(
      "models",
      "import",
      "no-model.onnx",
      "--schema",
      "iris.schema.yaml",
      "--name",
      "roses",
    );
    expect(unreadable).toMatchObject({ exit: 1, err: expect.stringContaining("ONNX_UNREADABLE") });
    const named = await cli("models", "import", "iris.onnx", "--schema", "iris.schema.yaml", "--name", "../x");
    expect(named).toMatchObject({ exit: 1, err: expect.stringContaining("lower-case letters") });
    expect((await cli("models", "--json")).out).not.toContain("roses");
  });
});
