import { BSON, MongoClient, type Document } from "mongodb";
import { collectingSink } from "./collecting-sink.js";
import { databaseConformance, type ColumnType, type Value } from "./database-conformance.js";
import type { MongodbSource } from "./database-source.js";
import { countRows, largestOf, readDatabase } from "./index.js";
import { serverConformance } from "./server-conformance.js";

const { Binary, Decimal128, Long, ObjectId, UUID } = BSON;
const url = process.env.MONGODB_URI ?? "";
const database = `millrace_tables_${process.pid}`;

async function setting() {
  const client = await new MongoClient(url).connect();
  return {
    url,
    collection: (name: string) => client.db(database).collection(name),
    async fill(table: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly (readonly Value[])[]) {
      const names = Object.keys(columns);
      const documents = rows.map((row) =>
        Object.fromEntries(
          row.map((value, at) => [names[at]!, typeof value === "bigint" ? Long.fromBigInt(value) : value]),
        ),
      );
      if (documents.length > 0)
        await client
          .db(database)
          .collection(table)
          .insertMany(documents as Document[]);
      else await client.db(database).createCollection(table);
    },
    source: (table: string) =>
      ({ kind: "mongodb", url, database, collection: table, filter: {}, projection: { _id: 0 } }) as const,
    async close() {
      await client.db(database).dropDatabase();
      await client.close();
    },
  };
}

databaseConformance("MongoDB", setting);
serverConformance("MongoDB", setting);

describe("a collection", () => {
  let opened: Awaited<ReturnType<typeof setting>>;
  let collections = 0;
  beforeAll(async () => void (opened = await setting()));
  afterAll(() => opened.close());
  async function holding(documents: readonly Document[]): Promise<MongodbSource> {
    const name = `c${collections++}`;
    await opened.collection(name).insertMany([...documents]);
    return { kind: "mongodb", url, database, collection: name, filter: {} };
  }
  const read = async (source: MongodbSource, options = {}) => {
    const sink = collectingSink();
    const outcome = await readDatabase(source, sink, options);
    return { sink, outcome };
  };
  const ids = ["65f000000000000000000001", "65f000000000000000000002", "65f000000000000000000003"];

  it("has nested fields with dots, lists as JSON, and identifiers, decimals and long numbers as what they are", async () => {
    const source = await holding([
      {
        _id: new ObjectId(ids[0]),
        customer: { name: "Ada", address: { zip: 8001 } },
        tags: ["a", { b: new ObjectId(ids[1]), at: new Date(0) }],
        price: Decimal128.fromString("12.50"),
        visits: Long.fromNumber(7),
        uuid: new UUID("00112233-4455-6677-8899-aabbccddeeff"),
        bytes: new Binary(Buffer.from([10, 255])),
        empty: {},
        nothing: null,
      },
    ]);
    const { sink, outcome } = await read(source);
    expect(sink.columns()?.map(({ name }) => name)).toEqual([
      ...["_id", "customer.name", "customer.address.zip", "tags", "price", "visits", "uuid", "bytes"],
    ]);
    expect(sink.rows()[0]).toEqual([
      ...[ids[0], "Ada", 8001, `["a",{"b":"${ids[1]}","at":"1970-01-01T00:00:00.000Z"}]`, 12.5, 7],
      ...["00112233-4455-6677-8899-aabbccddeeff", "0aff"],
    ]);
    expect(outcome.watermark).toBe(ids[0]);
  });

  it("has the columns of all documents, also of the last one", async () => {
    const source = await holding([...Array.from({ length: 300 }, (_, a) => ({ a })), { late: "x", a: 300 }]);
    const { sink } = await read({ ...source, projection: { _id: 0 } }, { batchRows: 64 });
    expect(sink.columns()).toEqual([
      { name: "a", kind: "number" },
      { name: "late", kind: "text" },
    ]);
    expect(sink.column("late").filter((text) => text !== undefined)).toEqual(["x"]);
  });

  it("has a field of numbers, times and texts as texts from which each can be told", async () => {
    const source = await holding([{ v: 1 }, { v: new Date(0) }, { v: true }, { v: "x" }, { v: null }, {}]);
    for (const batchRows of [1, 64]) {
      const { sink } = await read({ ...source, projection: { _id: 0 } }, { batchRows });
      expect(sink.column("v")).toEqual(["1", "1970-01-01T00:00:00.000Z", "true", "x", undefined, undefined]);
    }
  });

  it("goes on from its _id, also where the projection leaves it out", async () => {
    const source = await holding(ids.map((id, n) => ({ _id: new ObjectId(id), n })));
    const since = { column: "_id", after: ids[0]! };
    const { sink, outcome } = await read({ ...source, projection: { _id: 0, n: 1 } }, { since });
    expect(sink.columns()).toEqual([{ name: "n", kind: "number" }]);
    expect(sink.column("n")).toEqual([1, 2]);
    expect(outcome.watermark).toBe(ids[2]);
    expect(await countRows(source, since)).toBe(2);
    expect(await largestOf(source, "_id")).toBe(ids[2]);
  });

  it("is filtered as find() does, with $oid and $date, and never runs code", async () => {
    const source = await holding(ids.map((id, n) => ({ _id: new ObjectId(id), n, at: new Date(n) })));
    const filter = { _id: { $ne: { $oid: ids[1] } }, at: { $gt: { $date: "1970-01-01T00:00:00Z" } } };
    expect((await read({ ...source, filter })).sink.column("n")).toEqual([2]);
    await expect(read({ ...source, filter: { $or: [{ $where: "sleep(1)" }] } })).rejects.toMatchObject({
      code: "SOURCE_QUERY_INVALID",
    });
  });

  it("is refused where two of its fields would be one column, or a watermark has no order", async () => {
    const twice = await holding([{ a: 1, "b.c": 1, b: { c: 2 } }]).catch(() => undefined);
    if (twice) await expect(read(twice)).rejects.toMatchObject({ code: "SOURCE_DUPLICATE_COLUMN" });
    const mixed = await holding([{ w: 1 }, { w: "x" }]);
    await expect(read(mixed, { watermark: "w" })).rejects.toMatchObject({ code: "SOURCE_WATERMARK_MIXED" });
  });

  it("is missed with the names of those that are there", async () => {
    const source = await holding([{ a: 1 }]);
    await expect(read({ ...source, collection: "absent" })).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: expect.stringContaining(source.collection) as string,
    });
  });
});
