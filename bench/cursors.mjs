// Databases: how many rows a second come from PostgreSQL and over MongoDB's protocol into columns.
// Peer: the driver's own bare cursor loop, which makes an object of each row and does nothing with it.
// --only postgres or --only mongodb measures one of them, --rows 100000 fewer rows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { MongoClient } from "mongodb";
import pg from "pg";
import Cursor from "pg-cursor";
import { readDatabase } from "../libs/tables/dist/databases/index.js";
import { median } from "./measure.mjs";

const ROUNDS = 3;
const CURSOR_ROWS = 5_000;
const NUMBERS = 15;
const CITIES = ["Zürich", "Bern", "Basel", "Genève", "Lugano", "Chur", "Aarau"];

// The stand-in keeps documents as objects, and its usual heap is for tests; a real mongod does not look at this.
const HEAP = "-Xmx6g";

const execute = promisify(execFile);

export async function run({ log, options }) {
  const rows = Number(options.rows ?? 1_000_000);
  const figures = [];
  const wanted = [postgres, mongodb].filter(({ script }) => options.only === undefined || options.only === script);
  for (const server of wanted) figures.push(await withServer(server, rows, log));
  return figures;
}

/** A server of the bench's own, on a free port, which is gone with its data afterwards. */
async function withServer(server, rows, log) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const port = await freePort();
  const env = {
    ...process.env,
    MILLRACE_SERVICES_DIR: folder,
    _JAVA_OPTIONS: HEAP,
    [`MILLRACE_${server.script.toUpperCase()}_PORT`]: port,
  };
  const call = (verb) => execute("bash", [`scripts/services/${server.script}.sh`, verb], { env });
  try {
    await call("start");
    const source = await server.fill(`127.0.0.1:${port}`, rows);
    return await compared(server, source, rows, log);
  } finally {
    await call("clean");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** In turns, so that a busy moment of the machine hits both; the first round warms both up. */
async function compared(server, source, rows, log) {
  const [ours, peer] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const theirs = await perSecond(rows, () => server.bare(source));
    const own = await perSecond(rows, () => readAll(source));
    if (round === 0) continue;
    peer.push(theirs);
    ours.push(own);
    log(`${server.name}, round ${round}: ours ${own.toFixed(0)}/s, peer ${theirs.toFixed(0)}/s`);
  }
  const [own, theirs] = [median(ours), median(peer)];
  return {
    figure: `${server.name}, ${rows} rows × ${NUMBERS + 5} columns, into columns`,
    unit: "rows/s",
    ours: Math.round(own),
    peer: Math.round(theirs),
    ratio: Number((own / theirs).toFixed(2)),
    target: "ratio >= 0.7",
  };
}

async function perSecond(rows, read) {
  const began = performance.now();
  const count = await read();
  if (count !== rows) throw new Error(`${count} rows were read, not ${rows}.`);
  return rows / ((performance.now() - began) / 1_000);
}

async function readAll(source) {
  const read = await readDatabase(source, { begin: async () => {}, append: async () => {} });
  return read.rows;
}

const postgres = {
  name: "PostgreSQL",
  script: "postgres",
  async fill(address, rows) {
    const url = `postgres://millrace:millrace@${address}/millrace`;
    const client = await connected(url);
    const cities = CITIES.map((city) => `'${city}'`).join(", ");
    const numbers = Array.from({ length: NUMBERS }, (_, at) => `(i * ${at + 3} % 1009) / 7.0::float8 as n${at}`).join(
      ", ",
    );
    await client.query(`create table rows as select i::bigint as id, ${numbers}, i % 2 = 0 as sold,
      timestamptz '2024-01-01' + i * interval '1 second' as at, (array[${cities}])[i % ${CITIES.length} + 1] as city,
      i % 97 as age from generate_series(1, ${rows}) as i`);
    await client.end();
    return { kind: "sql", url, query: "select * from rows" };
  },
  async bare({ url, query }) {
    const client = await connected(url);
    const cursor = client.query(new Cursor(query));
    let count = 0;
    for (let page = await cursor.read(CURSOR_ROWS); page.length > 0; page = await cursor.read(CURSOR_ROWS))
      count += page.length;
    await client.end();
    return count;
  },
};

async function connected(url) {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}

const mongodb = {
  name: "MongoDB's protocol",
  script: "mongodb",
  async fill(address, rows) {
    const url = `mongodb://${address}/`;
    const client = await new MongoClient(url).connect();
    const collection = client.db("bench").collection("rows");
    for (let from = 0; from < rows; from += CURSOR_ROWS) {
      const count = Math.min(CURSOR_ROWS, rows - from);
      await collection.insertMany(Array.from({ length: count }, (_, at) => documentOf(from + at)));
    }
    await client.close();
    return { kind: "mongodb", url, database: "bench", collection: "rows", filter: {} };
  },
  async bare({ url }) {
    const client = await new MongoClient(url).connect();
    let count = 0;
    const cursor = client.db("bench").collection("rows").find({}, { batchSize: CURSOR_ROWS });
    for await (const row of cursor) count += row === null ? 0 : 1;
    await client.close();
    return count;
  },
};

const documentOf = (i) => ({
  ...Object.fromEntries(Array.from({ length: NUMBERS }, (_, at) => [`n${at}`, ((i * (at + 3)) % 1009) / 7])),
  sold: i % 2 === 0,
  at: new Date(1_704_067_200_000 + i * 1000),
  city: CITIES[i % CITIES.length],
  age: i % 97,
});
