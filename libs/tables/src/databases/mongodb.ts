import { ProblemError } from "@millrace/contracts";
import { MongoClient, type Collection, type Document } from "mongodb";
import { guardedLookup, refuseAddress } from "./address.js";
import { bsonRows } from "./bson-rows.js";
import type { MongodbSource, Patience, Since, Watermark } from "./database-source.js";
import type { Database, OpenOptions, OpenQuery, Question } from "./database.js";
import { problemsOf, type Problems } from "./database-problem.js";
import { filterOf, projectionWith, watermarkValue } from "./mongodb-query.js";
import { mongodbProblem } from "./mongodb-problem.js";
import type { RowBatches } from "./row-batches.js";

const BATCH_DOCUMENTS = 5_000;

interface Asked {
  readonly source: MongodbSource;
  readonly collection: Collection;
  readonly client: MongoClient;
  readonly problems: Problems;
  readonly explained: <T>(work: Promise<T>) => Promise<T>;
  readonly queryMs: number;
}

export async function openMongodb(source: MongodbSource, options: OpenOptions): Promise<Database> {
  const asked = askedOf(source, options);
  const { client, explained } = asked;
  const cutOff = () => void client.close(true).catch(() => undefined);
  options.signal?.addEventListener("abort", cutOff, { once: true });
  const close = async () => {
    options.signal?.removeEventListener("abort", cutOff);
    await client.close().catch(() => undefined);
  };
  try {
    await refuseNames(client);
    await explained(client.connect());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    open: async (question) => openQuery(asked, question),
    count: (since) => explained(count(asked, since)),
    largest: (column) => explained(largest(asked, column)),
    close,
  };
}

export function askedOf(source: MongodbSource, patience: Patience): Asked {
  const problems = problemsOf(source.url);
  const explained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: Error) => Promise.reject(mongodbProblem(error, problems)));
  const client = clientOf(source.url, patience, problems);
  const collection = client.db(source.database).collection(source.collection);
  return { source, collection, client, problems, explained, queryMs: patience.queryMs };
}

function clientOf(url: string, { connectMs, silenceMs }: Patience, problems: Problems): MongoClient {
  try {
    const client = new MongoClient(url, {
      appName: "millrace",
      serverSelectionTimeoutMS: connectMs,
      connectTimeoutMS: connectMs,
      socketTimeoutMS: silenceMs,
      maxPoolSize: 2,
      lookup: guardedLookup,
    });
    for (const { host } of client.options.hosts) if (host) refuseAddress(host);
    return client;
  } catch (error) {
    throw mongodbProblem(error as Error, problems);
  }
}

/** The driver asks its hosts again and again until its patience ends: what a name stands for is looked at once before. */
async function refuseNames(client: MongoClient): Promise<void> {
  for (const { host } of client.options.hosts) {
    if (!host) continue;
    await new Promise<void>((resolve, reject) =>
      guardedLookup(host, { all: true }, (error) => (error instanceof ProblemError ? reject(error) : resolve())),
    );
  }
}

function openQuery(asked: Asked, question: Question): OpenQuery {
  const { source, problems, explained, collection, queryMs } = asked;
  const column = watermarkColumn(question, problems);
  const { projection, hidden } = projectionWith(column, source.projection);
  const filter = filterOf(source, question, problems);
  return {
    columns: [],
    // Nobody asked for `_id` by name: where its types have no order there is just no watermark.
    watermark: {
      column,
      order: "bytes",
      hidden,
      ...((question.watermark ?? question.since) ? {} : { optional: true }),
    },
    checkExists: () => explained(checkExists(asked)),
    async read(batches) {
      const find = { projection, raw: true, batchSize: BATCH_DOCUMENTS, maxTimeMS: queryMs };
      await readCursor(collection.find(filter, find), batches, problems, explained);
    },
  };
}

function watermarkColumn({ watermark, since, until }: Question, problems: Problems): string {
  const names = [...new Set([watermark, since?.column, until?.column].filter((name) => name !== undefined))];
  if (names.length > 1) throw problems.invalidQuery(`a span has one watermark, not ${names.join(" and ")}.`);
  return names[0] ?? "_id";
}

interface RawCursor {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(): unknown[];
  close(): Promise<void>;
}

/** While documents are put into columns, the server already makes the next ones ready. */
async function readCursor(
  cursor: RawCursor,
  batches: RowBatches,
  problems: Problems,
  explained: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const putDocument = bsonRows(batches, problems);
  try {
    let more = await explained(cursor.hasNext());
    while (more) {
      const documents = cursor.readBufferedDocuments() as Uint8Array[];
      const next = explained(cursor.hasNext());
      next.catch(() => undefined);
      for (const document of documents) {
        putDocument(document);
        if (batches.endRow()) await batches.handOn();
      }
      more = await next;
    }
  } finally {
    await cursor.close().catch(() => undefined);
  }
}

async function checkExists({ client, source, problems }: Asked): Promise<void> {
  const { database, collection } = source;
  const names = await client.db(database).listCollections({}, { nameOnly: true }).toArray();
  if (names.some(({ name }) => name === collection)) return;
  const known = names.map(({ name }) => name).slice(0, 20);
  const others = known.length > 0 ? `there are ${known.join(", ")}` : `the database has none, or is not there`;
  throw problems.notFound(`there is no collection ${collection} in the database ${database}; ${others}.`);
}

async function count({ source, collection, problems }: Asked, since: Since | undefined): Promise<number> {
  const filter = filterOf(source, { since }, problems);
  return Object.keys(filter).length === 0 ? collection.estimatedDocumentCount() : collection.countDocuments(filter);
}

async function largest({ source, collection, problems }: Asked, column: string): Promise<Watermark | undefined> {
  const found = await collection
    .find(filterOf(source, {}, problems), { sort: { [column]: -1 }, limit: 1, projection: { [column]: 1 } })
    .next();
  const value = column.split(".").reduce<unknown>((inner, name) => (inner as Document | undefined)?.[name], found);
  return watermarkValue(value);
}
