import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { MongoClient } from "mongodb";
import { defineCollection, openRecordStore } from "./index.js";
import { recordConformance } from "./record-conformance.js";

const server = process.env.MONGODB_URI ?? "";
const databases: string[] = [];
function newDatabase(): string {
  databases.push(`millrace_test_${process.pid}_${Date.now()}_${databases.length}`);
  const uri = new URL(server);
  uri.pathname = `/${databases.at(-1)}`;
  return uri.href;
}

afterAll(async () => {
  const client = new MongoClient(server);
  for (const name of databases) await client.db(name).dropDatabase();
  await client.close();
});

recordConformance("MongoDB", async () => ({ dir: "unused", mongoUri: newDatabase() }));

const notes = defineCollection<{ text: string }>({ name: "notes", indexes: { byText: ["text"] } });

describe("the MongoDB record store", () => {
  it("keeps a record as one document that people can read", async () => {
    const mongoUri = newDatabase();
    const store = await openRecordStore({ dir: "unused", mongoUri });
    const { record } = await store.records(notes).putIfAbsent("a.$b", { text: "water" });
    const client = new MongoClient(mongoUri);
    expect(await client.db().collection("notes").findOne({})).toMatchObject({
      _id: "a.$b",
      version: record.version,
      value: { text: "water" },
    });
    await client.close();
    await store.close();
  });

  it("is open at once, says that it is down, and asks for a retry, while nothing listens there", async () => {
    const store = await openRecordStore({ dir: "unused", mongoUri: "mongodb://127.0.0.1:1/x" });
    const began = Date.now();
    const records = store.records(notes);
    const calls = [records.get("a"), records.putIfAbsent("a", { text: "" }), records.query({}), records.remove("a")];
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toMatchObject({ status: "rejected", reason: { name: "Retry", dependency: "records" } });
    expect(await store.health()).toMatchObject({ name: "records", up: false });
    expect(Date.now() - began).toBeLessThan(8_000);
    await store.close();
  });

  it("asks for a retry within seconds when the server takes the connection and says nothing", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const store = await openRecordStore({ dir: "unused", mongoUri: `mongodb://127.0.0.1:${port}/x` });
    const began = Date.now();
    await expect(store.records(notes).get("a")).rejects.toMatchObject({ name: "Retry", dependency: "records" });
    expect(Date.now() - began).toBeLessThan(8_000);
    await store.close();
    silent.close();
  });

  it("refuses an address that is none when it is opened", async () => {
    await expect(openRecordStore({ dir: "unused", mongoUri: "localhost" })).rejects.toMatchObject({
      code: "MONGODB_URI_INVALID",
    });
  });
});
