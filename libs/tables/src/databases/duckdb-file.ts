import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk } from "@duckdb/node-api";
import { putNumber, putText, type ValueKind } from "./column-builder.js";
import { databaseFile } from "./database-file.js";
import type { Since, SqlSource, Watermark } from "./database-source.js";
import type { Database, OpenQuery, Question } from "./database.js";
import { problemsOf, sentence, type Problems } from "./database-problem.js";
import { doubleColumn, quotedName, watermarkOf } from "./query-columns.js";
import type { RowBatches } from "./row-batches.js";
import { selectStatement } from "./select-statement.js";
import { timeText } from "./time-text.js";

interface QueryField {
  readonly name: string;
  readonly type: string;
  /** How its values come: as doubles or as texts. */
  readonly kind: ValueKind;
  readonly sql: string;
}

interface Asked {
  readonly connection: DuckDBConnection;
  readonly query: string;
  readonly problems: Problems;
  readonly explained: <T>(work: Promise<T>) => Promise<T>;
}

/** Read-only, and it opens no file but this one, whatever the query says. */
export async function openDuckdbFile(source: SqlSource): Promise<Database> {
  const problems = problemsOf(source.url);
  const query = selectStatement(source.query, problems);
  const path = await databaseFile(source.url, problems);
  const explained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: Error) => Promise.reject(duckdbProblem(error, problems)));
  const instance = await explained(
    DuckDBInstance.create(path, {
      access_mode: "READ_ONLY",
      enable_external_access: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      memory_limit: "512MB",
    }),
  );
  const connection = await explained(instance.connect());
  const asked = { connection, query, problems, explained };
  return {
    open: (question) => openQuery(asked, question),
    count: (since) => count(asked, since),
    largest: (column) => largest(asked, column),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const lines = (query: string): string => `(${query}\n) as source`;

async function rowsOf({ connection, explained }: Asked, sql: string, values: string[] = []) {
  return explained(connection.runAndReadAll(sql, values).then((reader) => reader.getRows()));
}

async function fieldsOf(asked: Asked): Promise<QueryField[]> {
  const double = doubleColumn(await preparedColumns(asked));
  if (double !== undefined) throw asked.problems.duplicateColumn(double);
  const described = await rowsOf(asked, `describe select * from ${lines(asked.query)}`);
  const columns = described.map(([name, type]) => ({ name: name as string, type: type as string }));
  const large = await largeColumns(asked, columns);
  return columns.map(({ name, type }) => ({ name, type, ...readAs(name, type, large.has(name)) }));
}

/** The query by itself: its errors have its own lines, and its columns the names that it gives them. */
async function preparedColumns({ connection, query, explained }: Asked): Promise<{ name: string }[]> {
  const statement = await explained(connection.prepare(query));
  const names = Array.from({ length: statement.columnCount }, (_, index) => ({ name: statement.columnName(index) }));
  statement.destroySync();
  return names;
}

const whole = /^(U?BIGINT|U?HUGEINT)$/;
const numeric = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const time = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;
const nested = /(\[\d*\]$)|^(STRUCT|MAP|UNION)\(/;

/** Which columns hold whole numbers beyond 2^53, where a double no longer tells neighbours apart. */
async function largeColumns(asked: Asked, columns: readonly { name: string; type: string }[]): Promise<Set<string>> {
  const wide = columns.filter(({ type }) => whole.test(type)).map(({ name }) => name);
  if (wide.length === 0) return new Set();
  const limit = Number.MAX_SAFE_INTEGER;
  const found = wide.map((name) => `max(${quotedName(name)}) > ${limit} or min(${quotedName(name)}) < -${limit}`);
  const rows = await rowsOf(asked, `select ${found.join(", ")} from ${lines(asked.query)}`);
  return new Set(wide.filter((_, index) => rows[0]![index] === true));
}

function readAs(name: string, type: string, large: boolean): { kind: ValueKind; sql: string } {
  const column = quotedName(name);
  if (type === "BOOLEAN") return { kind: "flag", sql: `${column}::int::double` };
  if (numeric.test(type) && !large) return { kind: "number", sql: `${column}::double` };
  if (time.test(type)) return { kind: "date", sql: `epoch_us(${column})::double / 1000` };
  if (nested.test(type)) return { kind: "text", sql: `to_json(${column})::varchar` };
  return { kind: "text", sql: type === "BLOB" ? `lower(hex(${column}))` : `${column}::varchar` };
}

async function openQuery(asked: Asked, question: Question): Promise<OpenQuery> {
  const fields = await fieldsOf(asked);
  const watermark = watermarkOf(question, fields, asked.problems);
  const field = fields.find(({ name }) => name === watermark);
  const { sql, values } = bounded(field, question);
  const selected = fields.map((each, index) => `${each.sql} as c${index}`).join(", ");
  return {
    columns: fields.map(({ name, kind }) => ({ name, kind })),
    watermark: field && { column: field.name, order: whole.test(field.type) ? "numbers" : "bytes" },
    read: (batches) =>
      readChunks(asked, `select ${selected} from ${lines(asked.query)}${sql}`, values, fields, batches),
  };
}

function bounded(field: QueryField | undefined, { since, until }: Question): { sql: string; values: string[] } {
  if (!field || (!since && !until)) return { sql: "", values: [] };
  const values = [since?.after, until?.upTo]
    .filter((value) => value !== undefined)
    .map((value) => parameter(field, value));
  const conditions = [since && ">", until && "<="].filter(Boolean);
  const compared = conditions.map(
    (sign, index) => `${quotedName(field.name)} ${sign} cast($${index + 1} as ${field.type})`,
  );
  return { sql: ` where ${compared.join(" and ")}`, values };
}

const parameter = ({ kind, type }: QueryField, value: Watermark): string =>
  typeof value === "number" && kind === "date"
    ? `${timeText(value)}${type === "TIMESTAMP WITH TIME ZONE" ? "+00" : ""}`
    : String(value);

async function readChunks(
  { connection, explained }: Asked,
  sql: string,
  values: string[],
  fields: readonly QueryField[],
  batches: RowBatches,
): Promise<void> {
  const result = await explained(connection.stream(sql, values));
  for (;;) {
    const chunk = await explained(result.fetchChunk());
    if (!chunk || chunk.rowCount === 0) return;
    await putChunk(chunk, fields, batches);
  }
}

async function putChunk(chunk: DuckDBDataChunk, fields: readonly QueryField[], batches: RowBatches): Promise<void> {
  const vectors = fields.map((_, index) => chunk.getColumnVector(index));
  for (let row = 0; row < chunk.rowCount; row++) {
    fields.forEach(({ kind }, index) => {
      const value = vectors[index]!.getItem(row);
      if (value === null) return;
      if (kind === "text") putText(batches.columns[index]!, batches.row, value as string);
      else putNumber(batches.columns[index]!, batches.row, value as number, kind as "number");
    });
    if (batches.endRow()) await batches.handOn();
  }
}

async function fieldNamed(asked: Asked, column: string): Promise<QueryField> {
  const fields = await fieldsOf(asked);
  watermarkOf({ watermark: column }, fields, asked.problems);
  return fields.find(({ name }) => name === column)!;
}

async function count(asked: Asked, since: Since | undefined): Promise<number> {
  const field = since && (await fieldNamed(asked, since.column));
  const { sql, values } = bounded(field, { since });
  const rows = await rowsOf(asked, `select count(*) from ${lines(asked.query)}${sql}`, values);
  return Number(rows[0]![0]);
}

async function largest(asked: Asked, column: string): Promise<Watermark | undefined> {
  const { sql } = await fieldNamed(asked, column);
  // By the column's own order: as texts 9 is larger than 10.
  const named = quotedName(column);
  const source = `select ${sql} from ${lines(asked.query)} where ${named} is not null order by ${named} desc limit 1`;
  const found = (await rowsOf(asked, source))[0]?.[0];
  return typeof found === "number" || typeof found === "string" ? found : undefined;
}

function duckdbProblem(error: Error, problems: Problems): Error {
  const [first = ""] = error.message.split("\n");
  const words = sentence(first.replace(/ Did you mean.*$/, ""));
  const line = /^LINE (\d+):/m.exec(error.message)?.[1];
  if (/could not set lock|conflicting lock/i.test(error.message)) return problems.outage(error);
  if (/^Catalog Error: (Table|View|Schema)/.test(first)) return problems.notFound(words, error);
  if (/^(IO|Serialization|Corruption) Error/.test(first)) return problems.unreadable(error);
  return problems.invalidQuery(words, error, line && `line ${line}`);
}
