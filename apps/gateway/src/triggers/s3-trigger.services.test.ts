import { S3 } from "@aws-sdk/client-s3";
import { eventually } from "../gateway-for-test.js";
import { gatewaysOnServers, type GatewaysOnServers } from "./servers-for-test.js";

const { S3_ENDPOINT, S3_ACCESS_KEY_ID = "", S3_SECRET_ACCESS_KEY = "", S3_REGION = "us-east-1" } = process.env;
const arn = process.env.S3_NOTIFICATION_ARN;
const s3 = new S3({
  ...{ endpoint: S3_ENDPOINT, region: S3_REGION, forcePathStyle: true },
  credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
});
const key = "a-key-for-the-tests-only";
const authorised = { authorization: `Bearer ${key}` };

describe("new objects in a bucket", () => {
  let gateways: GatewaysOnServers;
  let bucket: string;
  const written: string[] = [];

  beforeAll(async () => {
    const environment = { S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION, MILLRACE_API_KEY: key };
    gateways = await gatewaysOnServers({ inOwnVirtualHost: false, environment });
    bucket = gateways.name;
    await s3.createBucket({ Bucket: bucket });
  });
  afterAll(async () => {
    for (const Key of written) await s3.deleteObject({ Bucket: bucket, Key });
    await s3.deleteBucket({ Bucket: bucket });
    s3.destroy();
    await gateways.stop();
  });

  async function put(Key: string, Body = "a,b\n1,2\n"): Promise<void> {
    await s3.putObject({ Bucket: bucket, Key, Body: Buffer.from(Body) });
    written.push(Key);
  }
  const runsOf = async (pipeline: string) => {
    const path = `/runs?pipeline=${pipeline}`;
    return (await gateways.call<{ runs: { run: string }[] }>(gateways.urls[0]!, path, undefined, authorised)).body.runs;
  };
  const sourceOf = async ({ run }: { run: string }) => {
    type Page = { events: Record<string, { data: { source: string } }> };
    const { body } = await gateways.call<Page>(gateways.urls[0]!, `/runs/${run}`, undefined, authorised);
    return body.events["data.arrived"]!.data.source;
  };

  it("begin a run when their prefix is polled, once", async () => {
    await gateways.write("polled", `triggers: [{ s3: "s3://${bucket}/polled/", every: 1s }]`);
    await put("polled/x.csv");
    await put("polled/_SUCCESS", "");
    const [first] = await eventually("a run", async () => {
      const runs = await runsOf("polled");
      return runs.length > 0 && runs;
    });
    expect(await sourceOf(first!)).toBe(`s3://${bucket}/polled/x.csv`);
    await put("polled/day-2/y.csv", "a,b\n3,4\n");
    await put("polled/day-2/_SUCCESS", "");
    await eventually("the second run", async () => (await runsOf("polled")).length === 2);
    expect(await runsOf("polled")).toHaveLength(2);
  });

  it("begin a run by the bucket's own notification through RabbitMQ", async () => {
    await gateways.write("notified", `triggers: [{ s3: "s3://${bucket}/notified/", every: 30d }]`);
    const Filter = { Key: { FilterRules: [{ Name: "suffix" as const, Value: "_SUCCESS" }] } };
    const QueueConfigurations = [{ QueueArn: arn!, Events: ["s3:ObjectCreated:*" as const], Filter }];
    await s3.putBucketNotificationConfiguration({ Bucket: bucket, NotificationConfiguration: { QueueConfigurations } });
    // The next poll is a month away.
    await eventually("the first poll", () => gateways.hasLooked("notified"));
    await put("notified/more data/x.csv");
    await put("notified/more data/_SUCCESS", "");
    const [run] = await eventually("a run", async () => {
      const runs = await runsOf("notified");
      return runs.length > 0 && runs;
    });
    expect(await sourceOf(run!)).toBe(`s3://${bucket}/notified/more data/x.csv`);
  });

  it("begin a run by webhook, for whoever brings the key", async () => {
    await gateways.write("hooked", `triggers: [{ s3: "s3://${bucket}/hooked/", every: 30d }]`);
    await put("hooked/x.csv");
    await put("hooked/_SUCCESS", "");
    const object = { bucket: { name: bucket }, object: { key: "hooked/_SUCCESS" } };
    const body = { Records: [{ eventName: "s3:ObjectCreated:Put", s3: object }] };
    const post = (headers?: object) => gateways.call(gateways.urls[0]!, "/webhooks/s3", body, headers);
    expect(await post()).toMatchObject({ status: 401, body: { code: "KEY_REQUIRED" } });
    expect((await post(authorised)).status).toBe(202);
    expect(await runsOf("hooked")).toHaveLength(1);
    await post(authorised);
    expect(await runsOf("hooked")).toHaveLength(1);
  });
});
