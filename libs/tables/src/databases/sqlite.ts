import sqlite, { type Database as SqliteDatabase, type SQLiteValue } from "node-sqlite3-wasm";
import { putNumber, putText, type ColumnBuilder } from "./column-builder.js";
import { databaseFile } from "./database-file.js";
import type { Since, SqlSource, Until, Watermark } from "./database-source.js";
import type { Database, OpenOptions, OpenQuery, Question } from "./database.js";
import { problemsOf, sentence, type Problems } from "./database-problem.js";
import { doubleColumn, quotedName, watermarkOf } from "./query-columns.js";
import type { RowBatches } from "./row-batches.js";
import { selectStatement } from "./select-statement.js";
import { sqliteCopy } from "./sqlite-copy.js";
import { timeOf } from "./time-text.js";

interface QueryField {
  readonly name: string;
  /** Declared as a time; SQLite itself has no such type. */
  readonly dated: boolean;
}

interface Asked {
  readonly file: SqliteDatabase;
  readonly problems: Problems;
  readonly fields: readonly QueryField[];
  readonly signal: AbortSignal | undefined;
}

export async function openSqlite(source: SqlSource, { signal, folder }: OpenOptions): Promise<Database> {
  const problems = problemsOf(source.url);
  const query = selectStatement(source.query, problems);
  const copy = await sqliteCopy(await databaseFile(source.url, problems), folder, problems);
  const file = new sqlite.Database(copy.path);
  const close = async () => {
    file.close();
    await copy.remove();
  };
  try {
    const asked = explained(problems, () => ({ file, problems, signal, fields: fieldsOf(file, query) }));
    const double = doubleColumn(asked.fields);
    if (double !== undefined) throw problems.duplicateColumn(double);
    return {
      open: async (question) => openQuery(asked, question),
      count: async (since) => explained(problems, () => count(asked, since)),
      largest: async (column) => explained(problems, () => largest(asked, column)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As a view the query tells its columns and their declared types; SQLite numbers those that have the same name. */
function fieldsOf(file: SqliteDatabase, query: string): QueryField[] {
  file.exec("pragma locking_mode = exclusive; pragma temp_store = memory");
  file.exec(`create temp view millrace_source as ${query}`);
  file.exec("pragma query_only = on");
  return file.all("pragma temp.table_info(millrace_source)").map(({ name, type }) => ({
    name: (name as string).replace(/:\d+$/, ""),
    dated: /^(date|timestamp)/i.test(type as string),
  }));
}

function openQuery(asked: Asked, question: Question): OpenQuery {
  const { fields, problems } = asked;
  const watermark = watermarkOf(question, fields, problems);
  const condition = bounded(fields, question);
  return {
    columns: fields.map(({ name }) => ({ name, kind: undefined })),
    watermark: watermark === undefined ? undefined : { column: watermark, order: "bytes" },
    read: (batches) => readRows(asked, condition, batches),
  };
}

interface Condition {
  readonly sql: string;
  readonly values: SQLiteValue[];
}

function bounded(fields: readonly QueryField[], { since, until }: { since?: Since; until?: Until }): Condition {
  const bounds = [
    ...(since ? [{ column: since.column, sign: ">", value: since.after }] : []),
    ...(until ? [{ column: until.column, sign: "<=", value: until.upTo }] : []),
  ];
  const sql = bounds.map(({ column, sign, value }) => `${comparable(fields, column, value)} ${sign} ?`).join(" and ");
  return { sql: sql && ` where ${sql}`, values: bounds.map(({ value }) => value) };
}

// A time may be stored as a text in one of many forms: as milliseconds they are all alike.
function comparable(fields: readonly QueryField[], column: string, value: Watermark): string {
  const named = quotedName(column);
  if (typeof value === "string" || !fields.find(({ name }) => name === column)?.dated) return named;
  return `(case typeof(${named}) when 'text' then round(unixepoch(${named}, 'subsec') * 1000) else ${named} end)`;
}

async function readRows(
  { file, fields, problems, signal }: Asked,
  condition: Condition,
  batches: RowBatches,
): Promise<void> {
  const selected = fields.map(({ name }, index) => `${quotedName(name)} as c${index}`).join(", ");
  const keys = fields.map((_, index) => `c${index}`);
  const sql = `select ${selected} from temp.millrace_source${condition.sql}`;
  const statement = explained(problems, () => file.prepare(sql));
  try {
    const rows = statement.iterate(condition.values) as IterableIterator<Record<string, SQLiteValue>>;
    for (;;) {
      const next = explained(problems, () => rows.next());
      if (next.done) return;
      keys.forEach((key, index) => put(batches.columns[index]!, batches.row, next.value[key]!, fields[index]!.dated));
      if (!batches.endRow()) continue;
      await batches.handOn();
      // SQLite works on this thread: between two batches others have their turn.
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
  } finally {
    statement.finalize();
  }
}

function put(column: ColumnBuilder, row: number, value: SQLiteValue, dated: boolean): void {
  if (typeof value === "number") putNumber(column, row, value, "number");
  else if (typeof value === "string") {
    const time = dated ? timeOf(value) : NaN;
    if (Number.isNaN(time)) putText(column, row, value);
    else putNumber(column, row, time, "date");
  } else if (typeof value === "bigint") putWhole(column, row, value);
  else if (value !== null) putText(column, row, Buffer.from(value).toString("hex"));
}

function putWhole(column: ColumnBuilder, row: number, value: bigint): void {
  if (Number.isSafeInteger(Number(value))) putNumber(column, row, Number(value), "number");
  else putText(column, row, String(value));
}

function count({ file, fields, problems }: Asked, since: Since | undefined): number {
  if (since) watermarkOf({ since }, fields, problems);
  const { sql, values } = bounded(fields, { since });
  return Number(file.get(`select count(*) as rows from temp.millrace_source${sql}`, values)?.rows);
}

function largest({ file, fields, problems }: Asked, column: string): Watermark | undefined {
  watermarkOf({ watermark: column }, fields, problems);
  const found = file.get(`select max(${quotedName(column)}) as largest from temp.millrace_source`)?.largest;
  if (typeof found === "bigint") return Number.isSafeInteger(Number(found)) ? Number(found) : String(found);
  if (typeof found !== "string") return typeof found === "number" ? found : undefined;
  const time = fields.find(({ name }) => name === column)?.dated ? timeOf(found) : NaN;
  return Number.isNaN(time) ? found : time;
}

function explained<T>(problems: Problems, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof sqlite.SQLite3Error)) throw error;
    const words = sentence(error.message);
    if (/no such table/.test(error.message)) throw problems.notFound(words, error);
    if (/not a database|malformed|disk image|I\/O/.test(error.message)) throw problems.unreadable(error);
    throw problems.invalidQuery(words, error);
  }
}
