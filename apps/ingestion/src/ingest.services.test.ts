import { randomUUID } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { nothingNew, openIngestion, range, shopCsv, shopRows } from "./ingestion-for-test.js";
import { sourceServers, type SourceServer } from "./servers-for-test.js";

describe.each(sourceServers)("the ingest step on a real %s", (name, open) => {
  let server: SourceServer;
  let shop: Awaited<ReturnType<typeof openIngestion>>;
  const begin = async (span: string, url = server.url) => {
    shop = await openIngestion({ SHOP_URL: url });
    await shop.pipeline(`source: ${server.source}\nspan: ${span}`);
  };
  beforeEach(async () => void (server = await open()));
  afterEach(async () => {
    await shop.close();
    await server.close();
  });

  it("reads all rows", async () => {
    await begin("{ read: all }");
    await server.put(shopRows(1, 60));
    const told = await shop.run();
    expect(told.rows.total).toBe(60);
    expect(await shop.rowsOf(told)).toEqual(range(1, 60));
    expect(JSON.stringify(told)).not.toContain(server.url);
  });

  it("reads what is new by a time, with rows that come late, and says when nothing is", async () => {
    await begin("{ read: new, watermark: day, late: 2d }");
    await server.put(shopRows(1, 30));
    await shop.run();
    await server.put([...shopRows(29, 29), ...shopRows(31, 40)]);
    const told = await shop.run();
    expect(told.span).toMatchObject({ from: Date.UTC(2024, 0, 30), to: Date.UTC(2024, 0, 40), spans: 2 });
    expect(await shop.rowsOf(told)).toEqual([...range(1, 28), 29, ...range(29, 40)]);
    expect(await shop.run()).toMatchObject(nothingNew);
  });

  it("reads the last window, counted back from the newest row", async () => {
    await begin("{ read: window, watermark: day, window: 9d }");
    await server.put(shopRows(1, 60));
    expect((await shop.rowsOf(await shop.run())).filter((id) => id < 51)).toEqual([]);
  });

  it("asks for a retry while the server is away", async () => {
    const away = Object.assign(new URL(server.url), { port: "1" }).href;
    await begin("{ read: all }", `${away}${name === "MongoDB" ? "?serverSelectionTimeoutMS=500" : ""}`);
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
  }, 30_000);

  it("says that a password is wrong, without showing it", async () => {
    await begin("{ read: all }", server.wrong ?? server.url);
    await server.put(shopRows(1, 30));
    if (server.wrong === undefined) return void expect((await shop.run()).rows.total).toBe(30);
    const failed = await shop.run().catch((error: Error & { code: string }) => error);
    expect(failed).toMatchObject({ code: "SOURCE_ACCESS_DENIED" });
    expect(String(failed)).not.toContain("wr0ng");
  });
});

describe("the ingest step on a real S3 server", () => {
  const bucket = `shop-${randomUUID().slice(0, 8)}`;
  const {
    S3_ENDPOINT: endpoint = "",
    S3_ACCESS_KEY_ID: accessKeyId = "",
    S3_SECRET_ACCESS_KEY: secretAccessKey = "",
  } = process.env;
  const settings = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
  let s3: S3;
  let shop: Awaited<ReturnType<typeof openIngestion>>;
  const put = (Key: string, Body: string) => s3.putObject({ Bucket: bucket, Key, Body });
  const begin = async (environment: Record<string, string> = {}, more = "") => {
    shop = await openIngestion({ ...settings, ...environment });
    await shop.pipeline(`source: { kind: s3, url: "s3://${bucket}/days" }\n${more}`);
  };

  beforeAll(async () => {
    s3 = new S3({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    await s3.createBucket({ Bucket: bucket });
    for (const key of ["days/_SUCCESS", "days/_temporary/0.csv", "days/notes.txt", "days2/9.csv"])
      await put(key, "no data");
    await put("days/1.csv", shopCsv(1, 30));
  });
  afterEach(() => shop.close());
  afterAll(async () => {
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
    for (const { Key } of Contents) await s3.deleteObject({ Bucket: bucket, Key });
    await s3.deleteBucket({ Bucket: bucket });
    s3.destroy();
  });

  it("reads the data objects of a folder, and with `read: new` those that are new", async () => {
    await begin({}, "span: { read: new }");
    expect(await shop.rowsOf(await shop.run())).toEqual(range(1, 30));
    await put("days/2.csv", shopCsv(31, 40));
    const told = await shop.run();
    expect(await shop.rowsOf(told)).toEqual(range(1, 40));
    expect(told.span).toMatchObject({ spans: 2, rows: 10 });
    expect(await shop.run()).toMatchObject(nothingNew);
    expect((await shop.run({ source: `s3://${bucket}/days/1.csv` })).span).toMatchObject({ rows: 30 });
  });

  it("reads one object, and no more than may be", async () => {
    await begin({ MILLRACE_SOURCE_LIMIT_MB: "0.0001" });
    await expect(shop.run({ source: `s3://${bucket}/days/1.csv` })).rejects.toMatchObject({ code: "SOURCE_TOO_LARGE" });
  });

  it.each([
    ["a wrong key", { S3_SECRET_ACCESS_KEY: "wrong-and-long-enough" }, "SOURCE_ACCESS_DENIED"],
    ["a server that is away", { S3_ENDPOINT: "http://127.0.0.1:1" }, "SOURCE_UNAVAILABLE"],
  ])(
    "says so of %s",
    async (_what, environment, code) => {
      await begin(environment as Record<string, string>);
      await expect(shop.run()).rejects.toMatchObject({ code });
    },
    30_000,
  );

  it("says so of a bucket or a folder that is not there", async () => {
    await begin();
    await expect(shop.run({ source: `s3://${bucket}/nothing` })).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await shop.pipeline('source: { kind: s3, url: "s3://no-such-bucket-of-the-shop/days" }');
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });
});
