import type { ChangeStream, MongoClient } from "mongodb";
import { patienceOf, type MongodbSource } from "./database-source.js";
import { askedOf } from "./mongodb.js";

export interface Watching {
  /** Settles when the signal ended it, and throws a Retry when the server was lost: watch anew, and ask what was missed. */
  readonly ended: Promise<void>;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly connectMs?: number;
}

/** Tells each time that documents were added or changed. False where the server has no change streams: ask it in turns. */
export async function watchCollection(
  source: MongodbSource,
  onChange: () => void,
  { signal, connectMs }: WatchOptions,
): Promise<Watching | false> {
  const { client, collection, explained } = askedOf(source, patienceOf(connectMs === undefined ? {} : { connectMs }));
  if (!(await hasStreams(client, explained))) {
    await client.close();
    return false;
  }
  const stream = collection.watch([{ $match: { operationType: { $in: ["insert", "update", "replace"] } } }]);
  try {
    // The first question makes the stream, or says that there is none.
    if (await stream.tryNext()) onChange();
  } catch (error) {
    await closeAll(stream, client);
    if (hasNoStreams(error as { code?: number })) return false;
    return explained(Promise.reject(error as Error));
  }
  const ended = explained(follow(stream, client, onChange, signal));
  ended.catch(() => undefined);
  return { ended };
}

async function follow(
  stream: ChangeStream,
  client: MongoClient,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const end = () => void stream.close().catch(() => undefined);
  signal.addEventListener("abort", end, { once: true });
  try {
    while (!signal.aborted) if (await stream.next()) onChange();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", end);
    await closeAll(stream, client);
  }
}

async function closeAll(stream: ChangeStream, client: MongoClient): Promise<void> {
  await stream.close().catch(() => undefined);
  await client.close().catch(() => undefined);
}

/** Only members of a replica set and routers have them; one server alone has none. */
async function hasStreams(client: MongoClient, explained: <T>(work: Promise<T>) => Promise<T>): Promise<boolean> {
  try {
    const { setName, msg } = await explained(client.db("admin").command({ isMaster: 1 }));
    return setName !== undefined || msg === "isdbgrid";
  } catch (error) {
    await client.close();
    throw error;
  }
}

// The server says that it does not know the stage, or is not of the kind that has it.
const hasNoStreams = ({ code }: { code?: number }): boolean => [115, 303, 40_573, 40_324].includes(code ?? -1);
