import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Retry } from "@millrace/contracts";
import { runServices } from "@millrace/service";
import { openStepBench } from "@millrace/testing";

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((done) => server.close(done));
  return uri;
}

async function platformWith(MLFLOW_REQUIRED: string) {
  const settings = { MLFLOW_TRACKING_URI: await nobody(), MLFLOW_REQUIRED };
  return openStepBench((environment) => runServices("test", [], { environment }), settings);
}

const run = { key: "run-1", experiment: "churn", name: "train" };

test("a platform that does not require MLflow goes on without it, and is ready", async () => {
  const bench = await platformWith("false");
  expect(await bench.platform.tracking.openRun(run)).toEqual({ runId: 'key:["churn","run-1"]' });
  const health = (await bench.platform.health()).find(({ name }) => name === "mlflow");
  expect(health).toMatchObject({ up: true, detail: expect.stringContaining("1 writes wait") });
  await bench.close();
});

test("a platform that requires MLflow waits for it", async () => {
  const bench = await platformWith("true");
  await expect(bench.platform.tracking.openRun(run)).rejects.toBeInstanceOf(Retry);
  expect((await bench.platform.health()).find(({ name }) => name === "mlflow")).toMatchObject({ up: false });
  await bench.close();
});
