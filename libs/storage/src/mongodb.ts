import { MongoClient, type Collection, type Db, type Filter } from "mongodb";
import { ProblemError, problemOf } from "@millrace/contracts";
import { healthOf } from "./dependency-health.js";
import { documentOf, orderOf, recordOf, type RecordDocument } from "./mongodb-document.js";
import { prepareIndexes } from "./mongodb-indexes.js";
import { DeadlineError, outage, within } from "./outage.js";
import { cursorOf, planOf, type QueryPlan } from "./query-plan.js";
import type { CollectionDefinition, RecordPage, Records, RecordStore, Versioned } from "./record-store.js";
import { jsonOf, recordKey, versionsFrom } from "./record-value.js";
import { indexId } from "./sort-key.js";
import { updateBy } from "./update.js";

const DATABASE = "millrace";
const WAIT_MS = 3_000;
const DEADLINE_MS = 6_000;
const DUPLICATE_KEY = 11_000;

const OPTIONS = {
  serverSelectionTimeoutMS: WAIT_MS,
  connectTimeoutMS: WAIT_MS,
  waitQueueTimeoutMS: WAIT_MS,
  socketTimeoutMS: 20_000,
  maxPoolSize: 20,
  writeConcern: { w: "majority", wtimeoutMS: 5_000 },
  appName: "millrace",
} as const;

/**
 * Records in MongoDB, a document each. Compare-and-set is one write whose filter names the version, so it needs neither
 * transactions nor a replica set. The driver connects with the first operation: a server that is down stops no start-up.
 */
export async function openMongodbRecords(config: { uri: string; clock: () => Date }): Promise<RecordStore> {
  const client = clientFor(config.uri, (uri) => new MongoClient(uri, OPTIONS));
  const db = client.db(/^mongodb(?:\+srv)?:\/\/[^/]+\/[^?]+/.test(config.uri) ? undefined : DATABASE);
  const firstVersion = versionsFrom(config.clock);
  const ping = async () => void (await within(WAIT_MS, "MongoDB", db.command({ ping: 1 })));
  return {
    name: "mongodb",
    records: <T>(definition: CollectionDefinition<T>) => recordsIn<T>(db, definition, firstVersion),
    health: healthOf("records", ping, config.clock),
    close: () => client.close(),
  };
}

function clientFor(uri: string, make: (uri: string) => MongoClient): MongoClient {
  try {
    return make(uri);
  } catch (error) {
    throw new ProblemError(
      { code: "MONGODB_URI_INVALID", message: problemOf(error).message, remedy: "Write mongodb://host:port/database." },
      { cause: error },
    );
  }
}

function recordsIn<T>(db: Db, definition: CollectionDefinition<T>, firstVersion: () => number): Records<T> {
  const { name } = definition;
  const collection: Collection<RecordDocument> = db.collection(name);
  let prepared: Promise<void> | undefined;

  function prepare(): Promise<void> {
    prepared ??= prepareIndexes(collection, definition, (step) => answered(name, step));
    prepared.catch(() => (prepared = undefined));
    return prepared;
  }

  async function get(key: string): Promise<Versioned<T> | undefined> {
    const document = await answered(name, collection.findOne({ _id: recordKey(name, key) }));
    return document ? recordOf<T>(document) : undefined;
  }

  async function compareAndSet(key: string, given: T, version: number): Promise<Versioned<T> | undefined> {
    const value = jsonOf(name, recordKey(name, key), given);
    const record = { key, version: version === 0 ? firstVersion() : version + 1, value };
    const document = documentOf(definition, record);
    await prepare();
    const write = version === 0 ? inserted(collection, document) : replaced(collection, document, version);
    return (await answered(name, write)) ? record : undefined;
  }

  async function putIfAbsent(key: string, value: T): Promise<{ created: boolean; record: Versioned<T> }> {
    for (;;) {
      const record = await compareAndSet(key, value, 0);
      if (record) return { created: true, record };
      const existing = await get(key);
      if (existing) return { created: false, record: existing };
    }
  }

  async function query(asked: Parameters<Records<T>["query"]>[0]): Promise<RecordPage<T>> {
    const plan = planOf(definition, asked);
    await prepare();
    const documents = await answered(name, pageFrom(collection, plan));
    const records = documents.slice(0, plan.limit).map((document) => recordOf<T>(document));
    if (documents.length <= plan.limit) return { records };
    const { key, value } = records.at(-1)!;
    const id = plan.index === undefined ? undefined : indexId(plan.index, plan.fields);
    return { records, next: cursorOf(plan, id === undefined ? key : orderOf(definition, key, value)[id]!) };
  }

  const records: Records<T> = {
    get,
    putIfAbsent,
    compareAndSet,
    update: (key, change) => updateBy(records, `collection ${name}`, key, change),
    async remove(key, version) {
      const filter = { _id: recordKey(name, key), ...(version !== undefined && { version }) };
      return (await answered(name, collection.deleteOne(filter))).deletedCount === 1;
    },
    query,
  };
  return records;
}

async function inserted(collection: Collection<RecordDocument>, document: RecordDocument): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
    throw error;
  }
}

async function replaced(collection: Collection<RecordDocument>, document: RecordDocument, version: number) {
  const { matchedCount } = await collection.replaceOne({ _id: document._id, version }, document);
  return matchedCount === 1;
}

/** One more than the page holds, to know whether another follows. */
function pageFrom(collection: Collection<RecordDocument>, plan: QueryPlan): Promise<RecordDocument[]> {
  const field = plan.index === undefined ? "_id" : `order.${indexId(plan.index, plan.fields)}`;
  const filter = { [field]: { $gt: plan.above, $lt: plan.below } } as Filter<RecordDocument>;
  return collection
    .find(filter)
    .sort({ [field]: plan.desc ? -1 : 1 })
    .limit(plan.limit + 1)
    .toArray();
}

const REMEDY = "See whether MongoDB runs and MONGODB_URI is right; nothing is lost meanwhile.";
const NOT_TODAY = new Set([18, 13, 50, 64, 91, 189, 11_600, 11_602, 10_107, 13_435, 13_436, 262]);

/** Whatever keeps MongoDB from answering is an outage; an answer that says no is a problem with what was asked. */
async function answered<R>(name: string, does: Promise<R>): Promise<R> {
  try {
    return await within(DEADLINE_MS, "MongoDB", does);
  } catch (thrown) {
    if (thrown instanceof ProblemError) throw thrown;
    if (isOutage(thrown)) throw outage("records", thrown, REMEDY);
    throw new ProblemError(
      { code: "RECORDS_REFUSED", where: `collection ${name}`, message: problemOf(thrown).message },
      { cause: thrown },
    );
  }
}

function isOutage(thrown: unknown): boolean {
  if (thrown instanceof DeadlineError) return true;
  const { name = "", code } = thrown as { name?: string; code?: unknown };
  if (NOT_TODAY.has(Number(code))) return true;
  return /^Mongo(Network|NetworkTimeout|ServerSelection|NotConnected|PoolCleared|PoolClosed|WaitQueueTimeout|TopologyClosed|WriteConcern|OperationTimeout)Error$/.test(
    name,
  );
}
