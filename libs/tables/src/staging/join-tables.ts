import { StatementType, type DuckDBConnection } from "@duckdb/node-api";
import { ProblemError } from "@millrace/contracts";
import { join } from "node:path";
import { openDatabase, withConnection } from "../duckdb/open-database.js";
import { identifier } from "../duckdb/sql.js";
import { streamChunks } from "../duckdb/stream-chunks.js";
import { loadFiles } from "../files/load-files.js";
import { storedAs } from "../parquet/parquet-columns.js";
import type { ReadOptions } from "./read-options.js";
import { sqlTypes, type StagedRows } from "./staged-rows.js";
import type { JoinedRequest } from "./staging.js";
import type { StagedColumn } from "./row-sink.js";

/** Loads each table into a database of their own and puts what the query makes of them into the staged rows. */
export async function joinTables(staged: StagedRows, request: JoinedRequest, options: ReadOptions): Promise<number> {
  const path = join(options.folder, "tables.duckdb");
  const skipped = await loadTables(path, request, options);
  const target = await staged.connect();
  await withQueried(path, options, async (connection) => {
    const { columns, sql } = await checkedQuery(connection, request.query);
    await target.run(`create or replace table staged (${sqlTypes(columns)})`);
    staged.columns = columns;
    const appender = await target.createAppender("staged");
    for await (const chunk of streamChunks(connection, sql)) appender.appendDataChunk(chunk);
    appender.closeSync();
  });
  return skipped;
}

async function loadTables(path: string, { tables }: JoinedRequest, options: ReadOptions): Promise<number> {
  const database = await openDatabase(path, options);
  let skipped = 0;
  await withConnection(database, async (connection) => {
    for (const [index, [name, files]] of Object.entries(tables).entries()) {
      const loaded = await loadFiles({ connection, table: `loaded${index}` }, files, options);
      const named = loaded.columns.map((column, place) => `c${place} as ${identifier(column.name)}`);
      await connection.run(`create view ${identifier(name)} as select ${named.join(", ")} from loaded${index}`);
      skipped += loaded.skipped;
    }
  }).finally(() => database.closeSync());
  return skipped;
}

/**
 * A connection that can read these tables and nothing else: no file, no setting, no other database. On one thread, because
 * the order of a join's rows and the last digits of a sum depend on how many there are.
 */
async function withQueried(path: string, options: ReadOptions, work: (connection: DuckDBConnection) => Promise<void>) {
  const database = await openDatabase(path, { ...options, threads: 1, readOnly: true });
  try {
    await withConnection(database, async (connection) => {
      await connection.run("set enable_external_access = false");
      await connection.run("set lock_configuration = true");
      await work(connection).catch((cause: unknown) => {
        throw cause instanceof ProblemError ? cause : queryProblem(cause as Error);
      });
    });
  } finally {
    database.closeSync();
  }
}

/** The query as one that gives doubles and texts, and their names. */
async function checkedQuery(connection: DuckDBConnection, query: string) {
  const statements = await connection.extractStatements(query);
  if (statements.count !== 1) throw notOneSelect(`${statements.count} statements`);
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) throw notOneSelect("another statement");
  const types = Array.from({ length: prepared.columnCount }, (_, index) => prepared.columnType(index).toString());
  const places = types.map((_, index) => `q${index}`);
  const stored = types.map((type, index) => storedAs(places[index]!, type));
  const columns = stored.map(({ kind }, index): StagedColumn => ({ name: prepared.columnName(index), kind }));
  refuseTwice(columns);
  const selected = stored.map(({ sql }, index) => `${sql} as c${index}`).join(", ");
  const bare = query.trim().replace(/;\s*$/, "");
  return { columns, sql: `select ${selected} from (${bare}\n) as rows(${places.join(", ")})` };
}

function refuseTwice(columns: readonly StagedColumn[]): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ProblemError({
    code: "SOURCE_DUPLICATE_COLUMN",
    where: "source.query",
    message: `the query gives two columns the name ${JSON.stringify(twice)}.`,
    remedy: "Give each column its own name with AS.",
  });
}

const notOneSelect = (found: string) =>
  new ProblemError({
    code: "SOURCE_QUERY_INVALID",
    where: "source.query",
    message: `the query has to be one SELECT and is ${found}.`,
    remedy: "Write a single SELECT over the tables of the source.",
  });

function queryProblem(cause: Error) {
  const place = /LINE (\d+): /.exec(cause.message)?.[1];
  const [first] = cause.message.replace(/^Failed to extract statements: /, "").split("\n");
  return new ProblemError(
    {
      code: "SOURCE_QUERY_INVALID",
      where: place ? `source.query, line ${place}` : "source.query",
      message: `DuckDB cannot run the query: ${first}`,
      remedy: "The query sees the tables of the source only: correct it, and try it with the duckdb command line.",
    },
    { cause },
  );
}
