import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineCollection } from "@millrace/storage";
import { runServices, type RunningServices } from "@millrace/service";
import { fixtures as say } from "./flow-fixtures.js";
import { eventually, writePipeline } from "./gateway-for-test.js";
import { gateway } from "./service.js";

const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL, MONGODB_URI } = process.env as Record<string, string>;
const vhost = `gateway-${randomUUID().slice(0, 8)}`;

/** A vhost of its own, so that nobody else takes the messages. */
async function vhosts(method: "PUT" | "DELETE"): Promise<void> {
  const { username, password, origin } = new URL(RABBITMQ_MANAGEMENT_URL!);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const response = await fetch(`${origin}/api/vhosts/${vhost}`, { method, headers: { authorization } });
  if (!response.ok) throw new Error(`${method} of the vhost answered ${response.status}`);
}

describe("two gateways on RabbitMQ and MongoDB", () => {
  let root: string;
  let replicas: RunningServices[];

  beforeAll(async () => {
    await vhosts("PUT");
    root = await mkdtemp(join(tmpdir(), "millrace-replicas-"));
    await writePipeline(root, "churn");
    const environment = {
      ...{ GATEWAY_PORT: "0", LOG_LEVEL: "error", KEEPER_AFTER_SECONDS: "1" },
      ...{ MILLRACE_DATA_DIR: join(root, "data"), MILLRACE_PIPELINES_DIR: join(root, "pipelines") },
      RABBITMQ_URL: `${RABBITMQ_URL}/${vhost}`,
      MONGODB_URI: MONGODB_URI!.replace(/\/[^/]*$/, `/${vhost}`),
    };
    replicas = [
      await runServices("one", [gateway], { environment }),
      await runServices("two", [gateway], { environment }),
    ];
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await vhosts("DELETE");
    await rm(root, { recursive: true });
  });

  const urls = () => replicas.map((replica) => replica.urls.gateway!);

  it("both tell a follower everything, whichever of them wrote it down", async () => {
    const { bus } = replicas[0]!.platform;
    await bus.publish(say.arrived());
    await eventually("the run", async () => (await fetch(`${urls()[0]}/runs/run-1`)).ok);
    const following = urls().map(async (url) => (await fetch(`${url}/runs/run-1/events`)).text());
    for (const event of [say.ingested(), say.validated(), say.transformed(), say.trained(), say.approved()])
      await bus.publish(event);
    await bus.publish(say.promoted());
    for (const text of await Promise.all(following)) {
      expect(text).toContain('"status":"promoted"');
      expect(text).toMatch(/event: end\ndata: {"run":"run-1","status":"promoted"}\n\n$/);
    }
  });

  it("begin one run for the same arrival sent to both at once", async () => {
    const arrive = async (url: string) => {
      const headers = { "content-type": "application/json", "idempotency-key": "same" };
      const response = await fetch(`${url}/events`, { method: "POST", headers, body: '{"pipeline":"churn"}' });
      return (await response.json()) as { run: string; duplicate: boolean };
    };
    const answers = await Promise.all([...urls(), ...urls()].map(arrive));
    expect(new Set(answers.map(({ run }) => run)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  it("nudge a run that stands still once each time, not once each", async () => {
    const nudges = async () => {
      const metrics = await Promise.all(urls().map(async (url) => (await fetch(`${url}/metrics`)).text()));
      return metrics.reduce(
        (sum, text) => sum + Number(/^millrace_keeper_nudges_total (\d+)$/m.exec(text)?.[1] ?? 0),
        0,
      );
    };
    const counted = await eventually("a nudge", nudges);
    const runs = replicas[0]!.platform.records.records(
      defineCollection<{ nudges: number }>({ name: "runs", indexes: {} }),
    );
    const written = (await runs.query({})).records.reduce((sum, { value }) => sum + value.nudges, 0);
    expect(written).toBeGreaterThanOrEqual(counted);
    expect(written - counted).toBeLessThanOrEqual(1);
  });
});
