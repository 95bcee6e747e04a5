import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { MongoClient } from "mongodb";
import mysql from "mysql2/promise";
import pg from "pg";
import type { shopRows } from "./ingestion-for-test.js";

type Rows = ReturnType<typeof shopRows>;

export interface SourceServer {
  readonly url: string;
  put(rows: Rows): Promise<void>;
  /** Rows with a text of so many characters. */
  putLong(rows: Rows, length: number): Promise<void>;
  /** How many rows of 10 MB it can be asked for; a server of the tests that builds its answer in memory has a bound. */
  readonly mostLong: number;
  /** Adds a column to the table, or takes the collection away. */
  alter(): Promise<void>;
  /** The source of pipeline.yaml, with its url in ${SHOP_URL}. */
  readonly source: string;
  /** The same url with a password that is wrong; undefined where the server of the tests knows no passwords. */
  readonly wrong?: string;
  close(): Promise<void>;
}

const sourceOf = (table: string): string => `{ kind: sql, url: "\${SHOP_URL}", query: "select * from ${table}" }`;
const tableName = (): string => `visits_${randomUUID().slice(0, 8)}`;
const wrongPassword = (url: string): string => Object.assign(new URL(url), { password: "wr0ng" }).href;

async function postgres(): Promise<SourceServer> {
  const url = process.env.POSTGRES_URL!;
  const table = tableName();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create table ${table} (id int, day timestamp, bought text)`);
  const put = async (rows: Rows) => {
    const columns = [0, 1, 2].map((at) => rows.map((row) => row[at]));
    await client.query(`insert into ${table} select * from unnest($1::int[], $2::timestamp[], $3::text[])`, columns);
  };
  const putLong = async (rows: Rows, length: number) => {
    await client.query(`alter table ${table} add column page text`);
    await put(rows);
    await client.query(`update ${table} set page = repeat('x', ${length}) || id`);
  };
  const alter = async () => void (await client.query(`alter table ${table} add column more int default 7`));
  const close = async () => {
    await client.query(`drop table ${table}`);
    await client.end();
  };
  return { url, put, putLong, alter, mostLong: 40, source: sourceOf(table), wrong: wrongPassword(url), close };
}

const mysqlAt = (url: string) => async (): Promise<SourceServer> => {
  const table = tableName();
  const client = await mysql.createConnection({ uri: url });
  await client.query(`create table ${table} (id int, day datetime, bought text)`);
  const put = async (rows: Rows) =>
    void (await client.query(`insert into ${table} (id, day, bought) values ?`, [rows]));
  const putLong = async (rows: Rows, length: number) => {
    await client.query(`alter table ${table} add column page longtext`);
    await put(rows);
    await client.query(`update ${table} set page = concat(repeat('x', ${length}), id)`);
  };
  const alter = async () => void (await client.query(`alter table ${table} add column more int default 7`));
  const close = async () => {
    await client.query(`drop table ${table}`);
    await client.end();
  };
  return { url, put, putLong, alter, mostLong: 40, source: sourceOf(table), wrong: wrongPassword(url), close };
};

async function mongodb(): Promise<SourceServer> {
  const url = process.env.MONGODB_URI!;
  const table = tableName();
  const client = await new MongoClient(url).connect();
  const visits = client.db("shop").collection(table);
  await client.db("shop").createCollection(table);
  const documents = (rows: Rows) => rows.map(([id, day, bought]) => ({ id, day: new Date(day), bought }));
  const put = async (rows: Rows) => void (await visits.insertMany(documents(rows)));
  const putLong = async (rows: Rows, length: number) => {
    for (const one of documents(rows)) await visits.insertOne({ ...one, page: `${"x".repeat(length)}${one.id}` });
  };
  const alter = async () => void (await visits.drop());
  const close = async () => {
    await visits.drop().catch(() => undefined);
    await client.close();
  };
  const source = `{ kind: mongodb, url: "\${SHOP_URL}", database: shop, collection: ${table} }`;
  return { url, put, putLong, alter, mostLong: 6, source, close };
}

const { MARIADB_URL = "", MYSQL_URL } = process.env;

/** The servers of databases; MySQL itself where it is asked for. */
export const sourceServers: readonly (readonly [name: string, open: () => Promise<SourceServer>])[] = [
  ["PostgreSQL", postgres],
  ["MariaDB", mysqlAt(MARIADB_URL)],
  ...(MYSQL_URL ? [["MySQL", mysqlAt(MYSQL_URL)] as const] : []),
  ["MongoDB", mongodb],
];

/** A network that lets so many bytes of the server pass: then it does what it is told, and passes on or is cut. */
export async function openNetwork(target: string, bytes: number, then: "cut" | (() => Promise<unknown>)) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let left = bytes;
  let reached: Promise<unknown> | undefined;
  const server = createServer((inbound) => {
    const outbound = connect(Number(port), hostname);
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => [inbound, outbound].forEach((each) => each.destroy()));
    }
    inbound.pipe(outbound);
    outbound.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left > 0) return void inbound.write(chunk);
      if (then === "cut") return void inbound.destroy();
      reached ??= then();
      inbound.write(chunk);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const own = (server.address() as { port: number }).port;
  return {
    url: target.replace(`${hostname}:${port}`, `127.0.0.1:${own}`),
    /** What was done in the middle. */
    reached: () => reached,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
