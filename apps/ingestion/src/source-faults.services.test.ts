import { randomUUID } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { openIngestion, range, shopCsv, shopRows } from "./ingestion-for-test.js";
import { openNetwork, sourceServers, type SourceServer } from "./servers-for-test.js";

type Shop = Awaited<ReturnType<typeof openIngestion>>;

/** Nothing of a run that failed may be found by another. */
async function expectNothingPublished({ platform }: Shop): Promise<void> {
  const stored = [];
  for await (const entry of platform.artifacts.list()) stored.push(entry);
  expect(stored).toEqual([]);
}

const PAGE = 10_000_000;

/** How much more memory the process had at the most while it worked, in MB. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  await work().finally(() => clearInterval(timer));
  return (most - before) / 1e6;
}

describe.each(sourceServers)("what goes wrong with %s", (_name, open) => {
  let server: SourceServer;
  let shop: Shop;
  beforeEach(async () => void (server = await open()));
  afterEach(async () => {
    await shop.close();
    await server.close();
  });
  const begin = async (url = server.url) => {
    shop = await openIngestion({ SHOP_URL: url });
    await shop.pipeline(`source: ${server.source}`);
  };

  it("is cut in the middle: nothing is published, and the next run reads all", async () => {
    await server.put(shopRows(1, 3_000));
    const network = await openNetwork(server.url, 20_000, "cut");
    await begin(network.url);
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
    await expectNothingPublished(shop);
    network.close();
    await shop.close();
    await begin();
    expect(await shop.rowsOf(await shop.run())).toEqual(range(1, 3_000));
  }, 30_000);

  it("is altered in the middle: what is published is whole and of one kind, or nothing is", async () => {
    await server.put(shopRows(1, 3_000));
    const network = await openNetwork(server.url, 20_000, () => server.alter());
    await begin(network.url);
    const told = await shop.run().catch((error: unknown) => error as Error & { code: string });
    await network.reached();
    network.close();
    if (told instanceof Error) {
      expect(told.code).toMatch(/^SOURCE_(SCHEMA_CHANGED|NOT_FOUND)$/);
      await expectNothingPublished(shop);
      return;
    }
    expect(await shop.rowsOf(told)).toEqual(range(1, 3_000));
    expect(told.columns.map(({ name }) => name)).not.toContain("more");
  }, 30_000);

  it("has no rows, or one class", async () => {
    await begin();
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
    await server.put(shopRows(1, 30).map(([id, day]) => [id, day, "yes"] as const));
    await expect(shop.run()).rejects.toMatchObject({ code: "TARGET_ONE_CLASS" });
    await expectNothingPublished(shop);
  });

  it("has texts of 10 MB: some are read in bounded memory, and of many the column is named", async () => {
    await server.putLong(shopRows(1, server.mostLong), PAGE);
    await begin();
    let told: unknown;
    const read = async () => void (told = await shop.run().catch((error: unknown) => error));
    expect(await memoryOf(read)).toBeLessThan(1_000);
    if (server.mostLong * PAGE < 128e6) return expect(told).toMatchObject({ rows: { total: server.mostLong } });
    const where = expect.stringMatching(/column page, row 1\d$/) as string;
    expect(told).toMatchObject({ code: "SOURCE_TEXTS_TOO_LONG", problem: { where } });
    await expectNothingPublished(shop);
  }, 120_000);

  it.each(["169.254.169.254", "0.0.0.0"])("is refused at %s", async (host) => {
    await begin(server.url.replace("127.0.0.1", host));
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_ADDRESS_REFUSED" });
  });
});

describe("what goes wrong with S3", () => {
  const bucket = `shop-${randomUUID().slice(0, 8)}`;
  const {
    S3_ENDPOINT: endpoint = "",
    S3_ACCESS_KEY_ID: accessKeyId = "",
    S3_SECRET_ACCESS_KEY: secretAccessKey = "",
  } = process.env;
  const s3 = new S3({
    ...{ endpoint, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId, secretAccessKey },
  });
  let shop: Shop;
  const put = (Key: string, Body: string | Uint8Array) => s3.putObject({ Bucket: bucket, Key, Body });
  const begin = async (key: string, at = endpoint) => {
    const settings = { S3_ENDPOINT: at, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
    shop = await openIngestion(settings);
    await shop.pipeline(`source: { kind: s3, url: "s3://${bucket}/${key}" }`);
  };

  beforeAll(async () => void (await s3.createBucket({ Bucket: bucket })));
  afterEach(() => shop.close());
  afterAll(async () => {
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
    for (const { Key } of Contents) await s3.deleteObject({ Bucket: bucket, Key });
    await s3.deleteBucket({ Bucket: bucket });
    s3.destroy();
  });

  it("is cut in the middle: nothing is published", async () => {
    await put("large.csv", shopCsv(1, 20_000));
    const network = await openNetwork(endpoint, 50_000, "cut");
    await begin("large.csv", network.url);
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
    await expectNothingPublished(shop);
    network.close();
  }, 60_000);

  it("is replaced in the middle: what is published is one of both, whole, or nothing is", async () => {
    await put("changing.csv", shopCsv(1, 20_000));
    const network = await openNetwork(endpoint, 50_000, () => put("changing.csv", "id,other\n1,2\n"));
    await begin("changing.csv", network.url);
    const told = await shop.run().catch((error: unknown) => error as Error & { code: string });
    await network.reached();
    network.close();
    if (told instanceof Error) return void (await expectNothingPublished(shop));
    expect(await shop.rowsOf(told)).toEqual(range(1, 20_000));
  }, 60_000);

  it.each([
    ["a page", "<!doctype html><html><body>Log in</body></html>", "SOURCE_WRONG_KIND"],
    ["a ZIP archive", "PK\u0003\u0004 rows.csv", "SOURCE_WRONG_KIND"],
    ["no rows", "id,day,bought\n", "SOURCE_NO_ROWS"],
    ["nothing", "", "SOURCE_EMPTY"],
    ["one class", shopCsv(1, 30).replaceAll("no", "yes"), "TARGET_ONE_CLASS"],
    ["a text of 10 MB", `${shopCsv(1, 30)}31,${"x".repeat(PAGE)},no\n`, "SOURCE_LINE_TOO_LONG"],
  ])("is refused with %s, and nothing of it is published", async (what, body, code) => {
    const key = `${what.replaceAll(" ", "-")}.csv`;
    await put(key, body);
    await begin(key);
    await expect(shop.run()).rejects.toMatchObject({ code });
    await expectNothingPublished(shop);
  });

  it("has objects of which one has another column", async () => {
    await put("days/1.csv", shopCsv(1, 30));
    await put("days/2.csv", shopCsv(31, 60).replace("id,day", "id,date"));
    await begin("days");
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_SCHEMA_CHANGED" });
    await expectNothingPublished(shop);
  });
});
