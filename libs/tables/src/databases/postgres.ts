import pg, { type Client, type FieldDef } from "pg";
import { guardedSocket, refuseAddress } from "./address.js";
import type { Since, SqlSource, Watermark } from "./database-source.js";
import type { Database, OpenOptions, OpenQuery, Question } from "./database.js";
import { problemsOf, type Problems } from "./database-problem.js";
import { postgresAddress } from "./postgres-address.js";
import { postgresProblem, type PostgresError } from "./postgres-problem.js";
import { streamRows } from "./postgres-rows.js";
import { isCollated, oids, postgresType } from "./postgres-types.js";
import { doubleColumn, quotedName, watermarkOf } from "./query-columns.js";
import { selectStatement } from "./select-statement.js";
import { timeOf, timeText } from "./time-text.js";

const PREFIX = "select * from (\n";

export async function openPostgres(source: SqlSource, options: OpenOptions): Promise<Database> {
  const problems = problemsOf(source.url);
  const query = selectStatement(source.query, problems);
  const explained = async <T>(work: Promise<T>, prefix = 0): Promise<T> =>
    work.catch((error: PostgresError) => Promise.reject(postgresProblem(error, problems, query, prefix)));
  const client = clientOf(source.url, options, problems);
  const cutOff = () => client.connection.stream.destroy();
  options.signal?.addEventListener("abort", cutOff, { once: true });
  const close = async () => {
    options.signal?.removeEventListener("abort", cutOff);
    await client.end().catch(() => undefined);
  };
  try {
    await explained(begin(client));
  } catch (error) {
    await close();
    throw error;
  }
  const asked: Asked = { client, query, problems, explained, options };
  return {
    open: (question) => openQuery(asked, question),
    count: (since) => count(asked, since),
    largest: (column) => largest(asked, column),
    close,
  };
}

interface Asked {
  readonly client: PostgresClient;
  readonly query: string;
  readonly problems: Problems;
  readonly explained: <T>(work: Promise<T>, prefix?: number) => Promise<T>;
  readonly options: OpenOptions;
}

type PostgresClient = Client & { connection: { stream: NodeJS.ReadableStream & { destroy(): void } } };

function clientOf(url: string, { connectMs, queryMs }: OpenOptions, problems: Problems): PostgresClient {
  try {
    const client = new pg.Client({
      ...postgresAddress(url, problems),
      connectionTimeoutMillis: connectMs,
      statement_timeout: queryMs,
      keepAlive: true,
      application_name: "millrace",
      stream: guardedSocket,
    }) as PostgresClient;
    refuseAddress(client.host);
    // The connection's end is told to whoever waits for an answer; without this it would end the process as well.
    client.on("error", () => undefined);
    return client;
  } catch (error) {
    if (error instanceof TypeError) throw problems.notFound("the url cannot be read.", error);
    throw error;
  }
}

/** One snapshot for the types, the rows and the watermark; times as ISO texts in UTC, floats with all their digits. */
async function begin(client: Client): Promise<void> {
  await client.connect();
  await client.query("begin isolation level repeatable read read only");
  await client.query(
    "set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'; set local extra_float_digits = 1",
  );
}

async function openQuery(asked: Asked, question: Question): Promise<OpenQuery> {
  const { client, query, problems, explained, options } = asked;
  const fields = await describe(asked);
  const types = fields.map(({ dataTypeID }) => postgresType(dataTypeID));
  const columns = fields.map(({ name }, index) => ({ name, kind: types[index]!.kind }));
  const watermark = watermarkOf(question, columns, problems);
  const field = fields.find(({ name }) => name === watermark);
  const { sql, values, prefix } = field ? bounded(query, field, question) : { sql: query, values: [], prefix: 0 };
  return {
    columns,
    watermark: field && { column: field.name, order: field.dataTypeID === oids.int8 ? "numbers" : "bytes" },
    read: (batches) =>
      streamRows(
        client,
        sql,
        values,
        types.map(({ put }) => put),
        batches,
        options.silenceMs,
        (work) => explained(work, prefix),
      ),
  };
}

/** What the columns are, before a row is read. In brackets, so that nothing but a SELECT is understood. */
async function describe({ client, query, problems, explained }: Asked): Promise<FieldDef[]> {
  const text = `${PREFIX}${query}\n) as source limit 0`;
  const { fields } = await explained(client.query({ text, rowMode: "array", values: [] }), PREFIX.length);
  const double = doubleColumn(fields);
  if (double !== undefined) throw problems.duplicateColumn(double);
  return fields;
}

/** The query with the bounds of its watermark, as parameters: PostgreSQL reads them as what the column is. */
function bounded(
  query: string,
  field: FieldDef,
  { since, until }: Question,
): { sql: string; values: string[]; prefix: number } {
  if (!since && !until) return { sql: query, values: [], prefix: 0 };
  const values = [since?.after, until?.upTo]
    .filter((value) => value !== undefined)
    .map((value) => parameter(field, value));
  const conditions = [since && ">", until && "<="]
    .filter(Boolean)
    .map((sign, index) => `${ordered(field)} ${sign} $${index + 1}`);
  return { sql: `${PREFIX}${query}\n) as source where ${conditions.join(" and ")}`, values, prefix: PREFIX.length };
}

// Texts in the order of their bytes, as the largest one is found here.
const ordered = (field: FieldDef): string =>
  isCollated(field.dataTypeID) ? `${quotedName(field.name)} collate "C"` : quotedName(field.name);

const parameter = ({ dataTypeID }: FieldDef, value: Watermark): string =>
  typeof value === "number" && postgresType(dataTypeID).kind === "date" ? timeText(value) : String(value);

async function fieldNamed(asked: Asked, column: string): Promise<FieldDef> {
  const fields = await describe(asked);
  watermarkOf({ watermark: column }, fields, asked.problems);
  return fields.find((field) => field.name === column)!;
}

async function count(asked: Asked, since: Since | undefined): Promise<number> {
  const { sql, values, prefix } = since
    ? bounded(asked.query, await fieldNamed(asked, since.column), { since })
    : { sql: asked.query, values: [], prefix: 0 };
  const before = "select count(*) from (\n";
  const text = `${before}${sql}\n) as counted`;
  const { rows } = await asked.explained(asked.client.query<{ count: string }>(text, values), prefix + before.length);
  return Number(rows[0]!.count);
}

async function largest(asked: Asked, column: string): Promise<Watermark | undefined> {
  const field = await fieldNamed(asked, column);
  const before = `select max(${ordered(field)})::text as largest from (\n`;
  const text = `${before}${asked.query}\n) as source`;
  const { rows } = await asked.explained(asked.client.query<{ largest: string | null }>(text), before.length);
  const found = rows[0]!.largest;
  if (found === null) return undefined;
  const { kind } = postgresType(field.dataTypeID);
  if (kind === "date") return timeOf(found);
  if (kind === "text") return found;
  return field.dataTypeID === oids.int8 && !Number.isSafeInteger(+found) ? found : +found;
}
