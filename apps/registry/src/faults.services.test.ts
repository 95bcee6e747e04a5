import { randomUUID } from "node:crypto";
import type { CloudEvent } from "@millrace/contracts";
import { whatIsWrong } from "./check-life-for-test.js";
import { liveThrough } from "./life-for-test.js";
import { openBench, type Bench } from "./registry-for-test.js";

const LIVES = 6;

/** A virtual host and a database of the test's own; on MLflow the models have names of their own. */
async function freshPlace(): Promise<Record<string, string>> {
  const { RABBITMQ_URL = "", RABBITMQ_MANAGEMENT_URL = "", MONGODB_URI = "", MLFLOW_TRACKING_URI = "" } = process.env;
  const name = `lives-${randomUUID().slice(0, 8)}`;
  const url = new URL(`/api/vhosts/${name}`, RABBITMQ_MANAGEMENT_URL);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString("base64")}`;
  url.username = url.password = "";
  const made = await fetch(url, { method: "PUT", headers: { authorization, "content-type": "application/json" } });
  expect(made.ok).toBe(true);
  const at = (server: string) => Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  return { RABBITMQ_URL: at(RABBITMQ_URL), MONGODB_URI: at(MONGODB_URI), MLFLOW_TRACKING_URI };
}

describe("seeded lives of models on RabbitMQ, MongoDB and MLflow, whose calls fail after their work", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(undefined, await freshPlace());
  });
  afterAll(() => bench.close());

  it("have no double version, lose no approval and accept no write of a registry that stood still", async () => {
    const said: CloudEvent[] = [];
    const publish = (event: CloudEvent) => bench.platform.bus.publish(event);
    const wrong: string[] = [];
    for (let seed = 1; seed <= LIVES; seed += 2) {
      const lives = [seed, seed + 1].map((one) => liveThrough(one, bench, said, { publish }));
      wrong.push(...(await Promise.all(lives)).flatMap(whatIsWrong));
    }
    expect(wrong).toEqual([]);
  }, 600_000);
});
