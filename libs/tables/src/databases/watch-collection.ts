import { ProblemError } from "@millrace/contracts";
import { BSON, type ChangeStream, type ChangeStreamOptions, type Document, type MongoClient } from "mongodb";
import { changesOf, ENDINGS } from "./change-pipeline.js";
import { patienceOf, type MongodbSource, type Watermark } from "./database-source.js";
import { askedOf } from "./mongodb.js";
import { watermarkValue } from "./mongodb-query.js";
import { problemsOf } from "./database-problem.js";

/** What has happened since the last call. */
export interface Changes {
  readonly count: number;
  /** The watermark of each, where it has one. */
  readonly watermarks: readonly Watermark[];
  /** Where the stream stands behind them; undefined where the server has not said so yet. */
  readonly token: string | undefined;
}

export interface Watching {
  /** Waits a moment for changes, and for the end of a burst of them. Undefined when the collection was dropped or renamed. */
  take(): Promise<Changes | undefined>;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Goes on behind this token; from now on where there is none. */
  readonly after?: string;
  /** The column of which each change's value is told. */
  readonly watermark?: string;
  /** Whether documents that were changed count, and not only those that were added. */
  readonly updates?: boolean;
  readonly connectMs?: number;
}

const WAIT_MS = 500;
const BURST_MS = 2_000;

/** Follows what is added to a collection. False where the server has no change streams: ask it in turns. */
export async function watchCollection(source: MongodbSource, options: WatchOptions = {}): Promise<Watching | false> {
  const { after, watermark = "_id", updates = false, connectMs } = options;
  const problems = problemsOf(source.url);
  const pipeline = changesOf(source, { watermark, updates }, problems);
  const asked = askedOf(source, patienceOf(connectMs === undefined ? {} : { connectMs }));
  const { client, collection } = asked;
  const explained = <T>(work: Promise<T>): Promise<T> => asked.explained(work.catch(refuseLost(source)));
  if (!(await hasStreams(client, explained))) {
    await client.close();
    return false;
  }
  const stream = collection.watch(pipeline, {
    maxAwaitTimeMS: WAIT_MS,
    ...(updates && { fullDocument: "updateLookup" }),
    ...(after !== undefined && { resumeAfter: BSON.EJSON.parse(after) as ChangeStreamOptions["resumeAfter"] }),
  });
  const close = () => closeAll(stream, client);
  const taker = takerOf(stream, watermark);
  try {
    // The first question makes the stream, or says that there is none.
    await taker.look();
  } catch (error) {
    await close();
    if (hasNoStreams(error as { code?: number })) return false;
    return explained(Promise.reject(error as Error));
  }
  return { take: () => explained(taker.take()), close };
}

function takerOf(stream: ChangeStream, watermark: string) {
  let held: Document[] = [];
  let ended = false;

  /** False where there is nothing more for now. */
  async function look(): Promise<boolean> {
    const next = ended ? null : await stream.tryNext();
    ended ||= stream.closed || ENDINGS.includes(next?.operationType ?? "");
    if (next && !ended) held.push(next);
    return next !== null && !ended;
  }

  async function take(): Promise<Changes | undefined> {
    const until = Date.now() + BURST_MS;
    while ((await look()) && Date.now() < until);
    if (ended && held.length === 0) return undefined;
    const found = held;
    held = [];
    return {
      count: found.length,
      watermarks: found.flatMap((change) => valuesOf(change, watermark)),
      token: tokenOf(stream),
    };
  }
  return { look, take };
}

const tokenOf = ({ resumeToken }: ChangeStream): string | undefined =>
  resumeToken ? BSON.EJSON.stringify(resumeToken as Document, { relaxed: false }) : undefined;

function valuesOf({ fullDocument }: Document, column: string): Watermark[] {
  const found = column
    .split(".")
    .reduce<unknown>((inner, name) => (inner as Document | undefined)?.[name], fullDocument);
  const value = watermarkValue(found);
  return value === undefined ? [] : [value];
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

// The server no longer keeps what followed the token, or never gave it.
const lost = new Set([136, 260, 280, 286]);

const refuseLost =
  ({ collection }: MongodbSource) =>
  (error: Error & { code?: number }): never => {
    if (!lost.has(error.code ?? -1)) throw error;
    throw new ProblemError(
      {
        code: "SOURCE_CHANGES_LOST",
        where: `collection ${collection}`,
        message: `the server no longer has the changes behind the last one that was seen (${error.message}).`,
        remedy: "It goes on from now, and what the watermark says was missed begins a run. A larger oplog keeps more.",
      },
      { cause: error },
    );
  };
