import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { readJson } from "@millrace/service";
import { decodeNpy } from "@millrace/learning";
import { openIngestion, range, shopCsv } from "./ingestion-for-test.js";

describe("a source of files", () => {
  let shop: Awaited<ReturnType<typeof openIngestion>>;
  beforeEach(async () => void (shop = await openIngestion()));
  afterEach(() => shop.close());

  it("may be several files, whose rows stand below each other", async () => {
    await shop.pipeline("source: { path: day-*.csv }");
    await shop.write("day-2.csv", shopCsv(31, 40));
    await shop.write("day-1.csv", shopCsv(1, 30));
    expect(await shop.rowsOf(await shop.run())).toEqual(range(1, 40));
  });

  it("may be a query over several tables", async () => {
    await shop.pipeline(`source:
  tables: { visits: { path: visits.csv }, prices: { path: prices.csv } }
  query: select visits.id, price, bought from visits join prices on visits.id = prices.id order by 1`);
    await shop.write("visits.csv", shopCsv(1, 30));
    await shop.write(
      "prices.csv",
      `id,price\n${range(11, 40)
        .map((id) => `${id},${id}`)
        .join("\n")}\n`,
    );
    const told = await shop.run();
    expect(told.columns.map(({ name }) => name)).toEqual(["id", "price", "bought"]);
    expect(await shop.rowsOf(told)).toEqual(range(11, 30));
  });

  it("writes statistics, the numbers of the rows and, where it is asked for, CSV", async () => {
    await shop.pipeline("source: { path: all.csv }\nfeatures: { csv: true }");
    await shop.write("all.csv", shopCsv(1, 30));
    const told = await shop.run();
    const { artifacts } = shop.platform;
    const { columns } = (await readJson(artifacts, told.statistics!)) as { columns: object[] };
    expect(columns[0]).toEqual({
      name: "id",
      kind: "number",
      rows: 30,
      missing: 0,
      min: 1,
      max: 30,
      mean: 15.5,
      distinct: 30,
    });
    expect(columns[2]).toEqual({ name: "bought", kind: "text", rows: 30, missing: 0, distinct: 2 });
    const numbers = [...(decodeNpy(await artifacts.get(told.rowNumbers!.test)) as Int32Array)];
    const csv = Buffer.from(await artifacts.get(told.csv!.test))
      .toString()
      .trim()
      .split("\n");
    expect(csv.slice(1).map((line) => Number(line.split(",")[0]))).toEqual(numbers);
  });

  it("reports duplicates, and the leak that dealing them blindly would have", async () => {
    await shop.pipeline("source: { path: all.csv }");
    await shop.write("all.csv", shopCsv(1, 100) + shopCsv(1, 50).split("\n").slice(1).join("\n"));
    const told = await shop.run();
    expect(told.duplicates).toEqual({ rows: 50, leaked: 16 });
    expect(told.said.join()).toMatch(/50 rows have an exact twin/);
    const [train, test] = [
      await shop.rowsOf({ ...told, test: told.train }),
      await shop.rowsOf({ ...told, train: told.test }),
    ];
    expect(train.filter((id) => test.includes(id))).toEqual([]);
  });

  it("keeps every row on its side when data grow", async () => {
    await shop.pipeline("source: { path: all.csv }");
    await shop.write("all.csv", shopCsv(1, 200));
    const before = await shop.run();
    await shop.write("all.csv", shopCsv(1, 500));
    const after = await shop.run();
    const sideOf = async (told: typeof before, side: "train" | "test") =>
      new Set(await shop.rowsOf({ ...told, train: told[side], test: told[side] }));
    const [was, is] = [await sideOf(before, "test"), await sideOf(after, "test")];
    expect([...was].filter((id) => !is.has(id))).toEqual([]);
    expect([...is].filter((id) => id <= 200 && !was.has(id))).toEqual([]);
    expect(after.rows.test).toBeGreaterThan(70);
  });

  it.each([
    ["no rows", "id,day,bought\n", "SOURCE_NO_ROWS"],
    ["a target with one value", shopCsv(1, 30).replaceAll("no", "yes"), "TARGET_ONE_CLASS"],
    ["no target", shopCsv(1, 30).replace("bought", "sold"), "TARGET_MISSING"],
    ["a class of one row", `${shopCsv(1, 30)}31,2024-02-01,maybe\n`, "TARGET_CLASS_TOO_SMALL"],
    ["a page", "<!doctype html><html><body>Log in</body></html>", "SOURCE_WRONG_KIND"],
    ["a line with too many cells", `${shopCsv(1, 30)}31,2024-02-01,yes,no,no\n`, "SOURCE_UNREADABLE"],
  ])("is refused with %s, and nothing of it is published", async (_what, text, code) => {
    await shop.pipeline("source: { path: all.csv }");
    await shop.write("all.csv", text);
    await expect(shop.run()).rejects.toMatchObject({ code });
    const stored = [];
    for await (const entry of shop.platform.artifacts.list()) stored.push(entry);
    expect(stored).toEqual([]);
  });

  it("may not be outside the roots, nor in a database file outside them", async () => {
    await shop.pipeline("source: { path: ../../../../../../etc/passwd }");
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_OUTSIDE_ROOTS" });
    await shop.pipeline('source: { kind: sql, url: "sqlite:/etc/passwd", query: select 1 }');
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_OUTSIDE_ROOTS" });
    await shop.pipeline("source: { path: all.csv }");
    await expect(shop.run({ source: "s3://private/all.csv" })).rejects.toMatchObject({ code: "SOURCE_OUTSIDE_ROOTS" });
  });
});

describe("an http source", () => {
  let shop: Awaited<ReturnType<typeof openIngestion>>;
  let server: Server;
  let answer: RequestListener;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  afterEach(() => shop.close());

  const open = async (listed = "127.0.0.1", at = `${url}/all.csv`) => {
    shop = await openIngestion({ MILLRACE_HTTP_SOURCES: listed, MILLRACE_SOURCE_LIMIT_MB: "1", SHOP_URL: at });
    await shop.pipeline('source: { kind: http, url: "${SHOP_URL}" }');
  };

  it("is downloaded, packed or not, without showing what is secret in its url", async () => {
    answer = (_request, response) => response.end(gzipSync(shopCsv(1, 30)));
    await open("127.0.0.1", `${url.replace("//", "//me:secret@")}/all.csv?token=t0ken`);
    const told = await shop.run();
    expect(told.source.location).toBe(`${url}/all.csv`);
    expect(await shop.rowsOf(told)).toEqual(range(1, 30));
    expect(JSON.stringify(told)).not.toMatch(/secret|t0ken/);
  });

  it("goes on where it was cut, if the server can", async () => {
    const body = Buffer.from(shopCsv(1, 20_000));
    const asked: (string | undefined)[] = [];
    answer = ({ headers }, response) => {
      asked.push(headers.range);
      response.setHeader("etag", '"1"');
      if (headers.range) return void response.writeHead(206).end(body.subarray(Number(/\d+/.exec(headers.range)![0])));
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, -1000), () => response.socket!.end());
    };
    await open();
    expect(await shop.rowsOf(await shop.run())).toEqual(range(1, 20_000));
    expect(asked).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
  });

  it("is read from the beginning where it was replaced while it was cut", async () => {
    answer = ({ headers }, response) => {
      if (headers["if-range"]) return void response.setHeader("etag", '"2"').end(shopCsv(41, 70));
      response.writeHead(200, { "content-length": 100_000, etag: '"1"' });
      response.write(shopCsv(1, 40), () => response.socket!.end());
    };
    await open();
    expect(await shop.rowsOf(await shop.run())).toEqual(range(41, 70));
  });

  it.each([
    ["a ZIP archive", "PK\u0003\u0004 rows.csv", "SOURCE_WRONG_KIND"],
    ["no rows", "id,day,bought\n", "SOURCE_NO_ROWS"],
    ["one class", shopCsv(1, 30).replaceAll("no", "yes"), "TARGET_ONE_CLASS"],
    ["a text that is too long", `${shopCsv(1, 30)}31,${"x".repeat(900_000)},no\n`.repeat(2), "SOURCE_TOO_LARGE"],
  ])("is refused with %s, and nothing of it is published", async (_what, body, code) => {
    answer = (_request, response) => response.end(body);
    await open();
    await expect(shop.run()).rejects.toMatchObject({ code });
    const stored = [];
    for await (const entry of shop.platform.artifacts.list()) stored.push(entry);
    expect(stored).toEqual([]);
  });

  it("is tried again later when it is cut each time, or away", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("id,day", () => response.socket!.end());
    };
    await open();
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
    answer = (_request, response) => void response.writeHead(503).end();
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
    await shop.pipeline('source: { kind: http, url: "http://127.0.0.1:1/all.csv" }');
    await expect(shop.run()).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
  });

  it.each([
    [401, "SOURCE_ACCESS_DENIED"],
    [404, "SOURCE_NOT_FOUND"],
    [418, "SOURCE_UNREADABLE"],
  ])("says what %s means", async (status, code) => {
    answer = (_request, response) => void response.writeHead(status).end();
    await open();
    await expect(shop.run()).rejects.toMatchObject({ code });
  });

  it("is refused when it is a page, or larger than may be", async () => {
    answer = (_request, response) => response.end("\n<!DOCTYPE html><title>Log in</title>");
    await open();
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_WRONG_KIND" });
    answer = (_request, response) => response.end("x".repeat(1_000_001));
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_TOO_LARGE" });
  });

  it.each([
    ["a host that is not listed", "data.example.com", undefined],
    ["a port that is not listed", "127.0.0.1:1", undefined],
    ["an address of a cloud", "127.0.0.1", "http://169.254.169.254/latest/meta-data"],
    ["loopback written as a number", "data.example.com", "http://2130706433/"],
    ["a name that stands for loopback", "localhost", "http://localhost:9/"],
    ["another scheme", "127.0.0.1", "ftp://127.0.0.1/all.csv"],
  ])("is refused at %s", async (_what, listed, at) => {
    answer = (_request, response) => response.end(shopCsv(1, 30));
    await open(listed, at);
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_HOST_REFUSED" });
  });

  it("is checked again after a redirect", async () => {
    answer = (_request, response) => void response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
    await open();
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_HOST_REFUSED" });
    answer = (_request, response) => void response.writeHead(302, { location: "/again" }).end();
    await expect(shop.run()).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });
});
