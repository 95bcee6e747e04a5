import { randomUUID } from "node:crypto";
import { MongoClient, type Collection, type Document } from "mongodb";
import type { MongodbSource } from "./database-source.js";
import { openTcpProxy } from "./tcp-proxy.js";
import { watchCollection, type Changes, type Watching, type WatchOptions } from "./watch-collection.js";

const url = process.env.MONGODB_SET_URI ?? "";
const database = `millrace_changes_${process.pid}`;

describe("a collection of a replica set", () => {
  let client: MongoClient;
  let collection: Collection;
  let source: MongodbSource;
  const opened: Watching[] = [];
  beforeAll(async () => void (client = await new MongoClient(url).connect()));
  beforeEach(async () => {
    collection = client.db(database).collection(`c_${randomUUID().slice(0, 8)}`);
    source = { kind: "mongodb", url, database, collection: collection.collectionName, filter: {} };
    await collection.insertOne({ n: 0 });
  });
  afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));
  afterAll(async () => {
    await client.db(database).dropDatabase();
    await client.close();
  });

  async function watch(options: WatchOptions = {}, of = source): Promise<Watching> {
    const watching = await watchCollection(of, options);
    if (watching === false) throw new Error("the server says that it has no change streams");
    opened.push(watching);
    return watching;
  }
  /** The next changes, however often the server has to be asked. */
  async function changesOf(watching: Watching): Promise<Changes | undefined> {
    for (const until = Date.now() + 5_000; Date.now() < until;) {
      const changes = await watching.take();
      if (changes === undefined || changes.count > 0) return changes;
    }
    throw new Error("there was no change within 5 s");
  }
  const add = (...documents: Document[]) => collection.insertMany(documents);

  it("tells what is added, a burst at once, and how far it came", async () => {
    const watching = await watch({ watermark: "n" });
    expect((await watching.take())?.count).toBe(0);
    await add(...Array.from({ length: 500 }, (_, n) => ({ n: n + 1 })));
    const changes = await changesOf(watching);
    expect(changes).toMatchObject({ count: 500, token: expect.any(String) as string });
    expect(Math.max(...(changes!.watermarks as number[]))).toBe(500);
  });

  it("goes on behind a token, also of what was added while nobody watched", async () => {
    const first = await watch({ watermark: "n" });
    await add({ n: 1 });
    const { token } = (await changesOf(first))!;
    await first.close();
    await add({ n: 2 }, { n: 3 });
    expect(await changesOf(await watch({ watermark: "n", after: token }))).toMatchObject({ watermarks: [2, 3] });
  });

  it("tells of documents that were changed only where that is asked for", async () => {
    const [added, all] = [await watch(), await watch({ updates: true })];
    await collection.updateOne({ n: 0 }, { $set: { n: 7 } });
    expect((await changesOf(all))?.count).toBe(1);
    expect((await added.take())?.count).toBe(0);
  });

  it("leaves out what the source's filter leaves out", async () => {
    const filter = { state: "paid", $or: [{ n: { $gt: 2 } }, { "at.zip": 8001 }] };
    const watching = await watch({ watermark: "n" }, { ...source, filter });
    await add({ n: 1, state: "paid" }, { n: 3, state: "open" }, { n: 4, state: "paid" });
    await add({ n: 2, state: "paid", at: { zip: 8001 } });
    const seen: unknown[] = [];
    while (seen.length < 2) seen.push(...(await changesOf(watching))!.watermarks);
    expect(seen).toEqual([4, 2]);
  });

  it("ends when it is dropped, behind what was added before", async () => {
    const watching = await watch({ watermark: "n" });
    await add({ n: 1 });
    await collection.drop();
    expect(await changesOf(watching)).toMatchObject({ watermarks: [1] });
    expect(await changesOf(watching)).toBeUndefined();
  });

  it("asks for a retry when the server is lost, and loses nothing by it", async () => {
    const proxy = await openTcpProxy(url);
    const through = { ...source, url: `${proxy.url}?directConnection=true&serverSelectionTimeoutMS=300` };
    const watching = await watch({ watermark: "n", connectMs: 300 }, through);
    await add({ n: 1 });
    const { token } = (await changesOf(watching))!;
    await proxy.close();
    await expect(changesOf(watching)).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
    await add({ n: 2 });
    expect(await changesOf(await watch({ watermark: "n", after: token }))).toMatchObject({ watermarks: [2] });
  });
});

it("a collection is not watched where the server is no replica set", async () => {
  const alone = process.env.MONGODB_URI ?? "";
  const source = { kind: "mongodb", url: alone, database, collection: "any", filter: {} } as const;
  expect(await watchCollection(source)).toBe(false);
});
