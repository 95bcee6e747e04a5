import { S3 } from "@aws-sdk/client-s3";
import { until } from "@millrace/testing";
import { entryOf, openLogForTest } from "./log-for-test.js";
import type { PredictionLogOptions } from "./prediction-log.js";
import { readPage, type ReadJob } from "./read-page.js";
import { ownServer } from "@millrace/testing";

const { S3_ENDPOINT, S3_ACCESS_KEY_ID = "", S3_SECRET_ACCESS_KEY = "", S3_REGION = "us-east-1" } = process.env;
const keys = { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY };

const storeAt = (dir: string, bucket: string, endpoint = S3_ENDPOINT): PredictionLogOptions["store"] => ({
  artifacts: { dir, s3: { endpoint, region: S3_REGION, ...keys, bucket, forcePathStyle: true, createBucket: true } },
  bucket,
});

const page = (options: PredictionLogOptions): ReadJob => ({
  ...{ store: options.store, spool: options.folder, model: "sides", limit: 1000, order: "asc" },
  ...{ since: 0, until: Date.parse("2100-01-01") },
});

describe("the prediction log on S3", () => {
  it("lies in the bucket by model and day, and is read from there with its labels", async () => {
    const bench = await openLogForTest();
    const bucket = `millrace-log-${process.pid}-${Date.now()}`;
    const store = storeAt(bench.path, bucket);
    const log = await bench.open({ store });
    for (let i = 0; i < 50; i++) log.write(entryOf({ id: `p-${i}`, features: { x: i } }));
    log.writeLabel({ predictionId: "p-7", at: new Date("2026-03-06T00:00:00Z"), model: "sides", label: "left" });
    await log.stop();
    expect(log.details()).toMatchObject({ exported: 51, spooled_bytes: 0 });
    const raw = new S3({ endpoint: S3_ENDPOINT, region: S3_REGION, credentials: keys, forcePathStyle: true });
    const { Contents = [] } = await raw.listObjectsV2({ Bucket: bucket });
    expect(Contents.map(({ Key }) => Key!.replace(/[^/]+\.parquet$/, "*"))).toEqual([
      "labels/model=sides/date=2026-03-06/*",
      "predictions/model=sides/date=2026-03-04/*",
    ]);
    const { predictions } = await readPage(page({ ...bench.options, store }));
    expect(predictions).toHaveLength(50);
    expect(predictions.find((row) => row.prediction_id === "p-7")).toMatchObject({ label: "left", features: { x: 7 } });
    for (const { Key } of Contents) await raw.deleteObject({ Bucket: bucket, Key });
    await raw.deleteBucket({ Bucket: bucket });
    raw.destroy();
    await bench.remove();
  });

  it("waits on this machine while the server is down, and goes on by itself when it is back", async () => {
    const server = await ownServer("s3");
    const bench = await openLogForTest({ segmentSeconds: 0.001 });
    const store = storeAt(bench.path, "log", `http://127.0.0.1:${server.port}`);
    const log = await bench.open({ store });
    try {
      log.write(entryOf());
      await until("the problem to be told", () => log.details().problem, { within: 60_000 });
      expect(log.details()).toMatchObject({ written: 1, exported: 0 });
      await server.start();
      await until("the row to be there", () => log.details().exported === 1, { within: 90_000 });
      expect(log.details()).toEqual({ written: 1, exported: 1, dropped: {}, spooled_bytes: 0 });
      await log.stop();
    } finally {
      await server.remove();
      await bench.remove();
    }
  }, 180_000);
});
