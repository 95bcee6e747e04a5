import { createConnection, type Connection, type FieldPacket } from "mysql2";
import type { Socket } from "node:net";
import { guardedSocket, refuseAddress } from "./address.js";
import type { Since, SqlSource, Watermark } from "./database-source.js";
import type { Database, OpenOptions, OpenQuery, Question } from "./database.js";
import { problemsOf, type Problems } from "./database-problem.js";
import { mysqlProblem } from "./mysql-problem.js";
import { streamMysqlRows } from "./mysql-rows.js";
import { boundType, codeOf, mysqlType } from "./mysql-types.js";
import { mysqlAddress } from "./mysql-address.js";
import { doubleColumn, watermarkOf } from "./query-columns.js";
import { selectStatement } from "./select-statement.js";
import { timeOf, timeText } from "./time-text.js";

interface Asked {
  readonly connection: Connection;
  readonly query: string;
  readonly problems: Problems;
  readonly explained: <T>(work: Promise<T>) => Promise<T>;
  readonly silenceMs: number;
}

export async function openMysql(source: SqlSource, options: OpenOptions): Promise<Database> {
  const problems = problemsOf(source.url);
  const query = selectStatement(source.query, problems, "mysql");
  const explained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: Error) => Promise.reject(mysqlProblem(error, problems)));
  const connection = connectionTo(source.url, options, problems);
  const asked = { connection, query, problems, explained, silenceMs: options.silenceMs };
  const close = () => cutOff(connection);
  options.signal?.addEventListener("abort", close, { once: true });
  try {
    await explained(begin(connection, options));
  } catch (error) {
    close();
    throw error;
  }
  return {
    open: (question) => openQuery(asked, question),
    count: (since) => count(asked, since),
    largest: (column) => largest(asked, column),
    close: async () => {
      options.signal?.removeEventListener("abort", close);
      close();
    },
  };
}

function connectionTo(url: string, { connectMs }: OpenOptions, problems: Problems): Connection {
  const { host, port, ...others } = mysqlAddress(url, problems);
  refuseAddress(host);
  const connection = createConnection({
    ...others,
    host,
    port,
    stream: () => guardedSocket().connect(port, host),
    connectTimeout: connectMs,
    enableKeepAlive: true,
    charset: "utf8mb4",
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    jsonStrings: true,
  });
  // The connection's end is told to whoever waits for an answer; without this it would end the process as well.
  connection.on("error", () => undefined);
  return connection;
}

/** The driver itself only says goodbye: a server with rows left to send would wait, and hold the table, for `silenceMs`. */
function cutOff(connection: Connection): void {
  connection.destroy();
  (connection as unknown as { readonly stream: Socket }).stream.destroy();
}

/** One snapshot to read from, times in UTC, and a server that waits while rows are put away. */
async function begin(connection: Connection, { queryMs, silenceMs }: OpenOptions): Promise<void> {
  const { rows } = await run(connection, "select version()");
  const limit = /mariadb/i.test(String(rows[0]?.[0]))
    ? `max_statement_time = ${queryMs / 1000}`
    : `max_execution_time = ${queryMs}`;
  await ask(connection, `set time_zone = '+00:00', ${limit}, net_write_timeout = ${Math.ceil(silenceMs / 1000)}`);
  await ask(connection, "set session transaction isolation level repeatable read");
  await ask(connection, "start transaction with consistent snapshot, read only");
}

interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly fields: readonly FieldPacket[];
}

const ask = (connection: Connection, sql: string): Promise<void> =>
  new Promise((resolve, reject) => connection.query(sql, (error) => (error ? reject(error) : resolve())));

const run = (connection: Connection, sql: string, values: readonly string[] = []): Promise<Answer> =>
  new Promise((resolve, reject) =>
    connection.execute(sql, [...values], (error, rows, fields) =>
      error ? reject(error) : resolve({ rows: rows as unknown as unknown[][], fields: fields ?? [] }),
    ),
  );

async function openQuery(asked: Asked, question: Question): Promise<OpenQuery> {
  const { connection, query, problems, explained, silenceMs } = asked;
  const fields = await describe(asked);
  const types = fields.map(mysqlType);
  const watermark = watermarkOf(question, fields, problems);
  const field = fields.find(({ name }) => name === watermark);
  const { sql, values } = field ? bounded(query, field, question) : { sql: query, values: [] };
  return {
    columns: fields.map(({ name }, index) => ({ name, kind: types[index]!.kind })),
    watermark: field && { column: field.name, order: boundType(field) === "whole" ? "numbers" : "bytes" },
    read: (batches) =>
      streamMysqlRows(
        connection,
        sql,
        values,
        types.map(({ put }) => put),
        batches,
        silenceMs,
        explained,
      ),
  };
}

/** What the columns are, before a row is read. In brackets, so that nothing but a SELECT is understood. */
async function describe({ connection, query, problems, explained }: Asked): Promise<readonly FieldPacket[]> {
  // The query begins on the first line, so that the server's line numbers are the user's.
  const { fields } = await explained(run(connection, `select * from (${query}\n) as source limit 0`));
  const double = doubleColumn(fields);
  if (double !== undefined) throw problems.duplicateColumn(double);
  return fields;
}

function bounded(query: string, field: FieldPacket, { since, until }: Question): { sql: string; values: string[] } {
  if (!since && !until) return { sql: query, values: [] };
  const values = [since?.after, until?.upTo]
    .filter((value) => value !== undefined)
    .map((value) => parameter(field, value));
  const conditions = [since && ">", until && "<="]
    .filter(Boolean)
    .map((sign) => `${ordered(field)} ${sign} ${bound(field)}`);
  return { sql: `select * from (${query}\n) as source where ${conditions.join(" and ")}`, values };
}

const name = (field: FieldPacket): string => `\`${field.name.replaceAll("`", "``")}\``;

// Texts in the order of their bytes, as the largest one is found here.
const ordered = (field: FieldPacket): string =>
  boundType(field) === "text" ? `cast(convert(${name(field)} using utf8mb4) as binary)` : name(field);

// Without a cast MySQL compares as doubles, which cannot tell large whole numbers apart.
function bound(field: FieldPacket): string {
  const unsigned = (Number(field.flags ?? 0) & 32) !== 0;
  const casts = {
    whole: unsigned ? "unsigned" : "signed",
    number: "double",
    date: "datetime(6)",
    text: "binary",
  } as const;
  return `cast(? as ${casts[boundType(field)]})`;
}

const parameter = (field: FieldPacket, value: Watermark): string =>
  typeof value === "number" && boundType(field) === "date" ? timeText(value) : String(value);

async function fieldNamed(asked: Asked, column: string): Promise<FieldPacket> {
  const fields = await describe(asked);
  watermarkOf({ watermark: column }, fields, asked.problems);
  return fields.find((field) => field.name === column)!;
}

async function count(asked: Asked, since: Since | undefined): Promise<number> {
  const { sql, values } = since
    ? bounded(asked.query, await fieldNamed(asked, since.column), { since })
    : { sql: asked.query, values: [] };
  const { rows } = await asked.explained(run(asked.connection, `select count(*) from (${sql}\n) as counted`, values));
  return Number(rows[0]![0]);
}

async function largest(asked: Asked, column: string): Promise<Watermark | undefined> {
  const field = await fieldNamed(asked, column);
  const sql = `select max(${ordered(field)}) from (${asked.query}\n) as source`;
  const { rows } = await asked.explained(run(asked.connection, sql));
  const found = rows[0]![0];
  if (found === null) return undefined;
  if (Buffer.isBuffer(found)) return found.toString("utf8");
  if (boundType(field) === "date") return timeOf(String(found));
  const exact = typeof found === "string" && codeOf(field) === 8 && !Number.isSafeInteger(Number(found));
  return exact || boundType(field) === "text" ? String(found) : Number(found);
}
