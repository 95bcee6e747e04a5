import { randomUUID } from "node:crypto";
import { MongoClient, type Collection } from "mongodb";
import { eventually } from "../gateway-for-test.js";
import { gatewaysOnServers, type GatewaysOnServers } from "./servers-for-test.js";

const { MONGODB_URI = "", MONGODB_SET_URI = "" } = process.env;
const database = `changes_${randomUUID().slice(0, 8)}`;

describe("changes of a collection, with two gateways on one store", () => {
  let gateways: GatewaysOnServers;
  const clients: Record<string, MongoClient> = {};
  beforeAll(async () => {
    gateways = await gatewaysOnServers({ count: 2, environment: { SET: MONGODB_SET_URI, ALONE: MONGODB_URI } });
    for (const [name, url] of Object.entries({ SET: MONGODB_SET_URI, ALONE: MONGODB_URI }))
      clients[name] = await new MongoClient(url).connect();
  });
  afterAll(async () => {
    await gateways.stop();
    for (const client of Object.values(clients)) {
      await client.db(database).dropDatabase();
      await client.close();
    }
  });

  /** A pipeline whose runs don't wait for each other, on a collection of one document. */
  async function pipelineOn(name: string, server: string, every: string): Promise<Collection> {
    const collection = clients[server]!.db(database).collection(name);
    await collection.insertOne({ b: 0 });
    const source = `{ kind: mongodb, url: "\${${server}}", database: ${database}, collection: ${name} }`;
    const more = `triggers: [{ changes: true, every: ${every} }]\narrivals: { overlap: true }`;
    await gateways.write(name, more, source);
    await runs(name, 1);
    return collection;
  }
  const runs = (name: string, count: number) =>
    eventually(`run ${count} of ${name}`, async () => (await gateways.runs(name)).length >= count);

  it("begin one run a burst at once, by the stream of a replica set", async () => {
    const collection = await pipelineOn("streamed", "SET", "1d");
    for (const burst of [2, 3]) {
      await collection.insertMany(Array.from({ length: 200 }, (_, b) => ({ b })));
      await runs("streamed", burst);
    }
    // Whoever had seen a burst twice would have begun a run before this one.
    await collection.insertOne({ b: 1 });
    await runs("streamed", 4);
    expect(await gateways.runs("streamed")).toHaveLength(4);
  }, 30_000);

  it("begin a run by the watermark where the server is alone", async () => {
    const collection = await pipelineOn("polled", "ALONE", "1s");
    await collection.insertMany([{ b: 1 }, { b: 2 }]);
    await runs("polled", 2);
    expect(await gateways.runs("polled")).toHaveLength(2);
  }, 30_000);
});
