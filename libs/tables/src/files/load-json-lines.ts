import type { DuckDBAppender } from "@duckdb/node-api";
import type { Table } from "@millrace/contracts";
import { basename } from "node:path";
import { appendTable } from "../duckdb/append-table.js";
import type { StagedColumn } from "../staging/row-sink.js";
import { choosePositions } from "./choose-columns.js";
import { jsonBatch, type MixedTypes } from "./json-batch.js";
import { forEachCell, type JsonFault } from "./json-cells.js";
import { into, type Target } from "./load-target.js";
import type { Loaded, LoadOptions } from "./loaded.js";
import { readLines } from "./read-lines.js";
import { settleDates } from "./settle-dates.js";
import { sourceProblem } from "./source-problem.js";
import { unpack } from "./unpack.js";

const BATCH_ROWS = 8_192;

/** Loads files of one JSON object a line. A key that an object lacks is a missing value. */
export async function loadJsonLines(
  target: Target,
  paths: readonly string[],
  { folder, wanted }: LoadOptions,
): Promise<Loaded> {
  const rows = growingTable(target);
  const batch = jsonBatch(BATCH_ROWS);
  for (const path of paths) {
    const readable = await unpack(path, { connection: target.connection, folder });
    for await (const { first, lines } of readLines(path, readable)) {
      for (const [index, line] of lines.entries()) {
        if (line.trim() === "") continue;
        putLine(batch, line, path, first + index);
        if (batch.endRow()) await rows.append(batch.take());
      }
    }
  }
  await rows.append(batch.take());
  return { columns: await chosen(target, paths[0]!, await settleDates(target, rows.end()), wanted), skipped: 0 };
}

function putLine(batch: ReturnType<typeof jsonBatch>, line: string, path: string, number: number): void {
  const where = () => `line ${number} of ${basename(path)}`;
  let mixed: MixedTypes | undefined;
  const fault = forEachCell(parsed(line, path, number), (name, cell) => {
    mixed ??= batch.put(name, cell, where);
  });
  if (fault) throw faulty(path, number, fault);
  if (mixed) throw mixedTypes(path, number, mixed);
}

function parsed(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(number === 1 ? line.replace(/^\ufeff/, "") : line);
  } catch (cause) {
    const message = `line ${number} is not JSON (${(cause as Error).message}).`;
    throw sourceProblem("SOURCE_UNREADABLE", path, message, "Write one JSON object a line.", cause);
  }
}

/** A table that gets columns as batches bring them; a column without any value yet is one of numbers. */
function growingTable(target: Target) {
  const { connection, table } = target;
  let columns: StagedColumn[] = [];
  let appender: DuckDBAppender | undefined;
  const close = () => {
    appender?.closeSync();
    appender = undefined;
  };
  const sqlType = (kind: StagedColumn["kind"]) => (kind === "text" ? "varchar" : "double");
  async function grow({ name, kind }: StagedColumn, place: number): Promise<void> {
    if (columns[place]?.kind === kind) return;
    close();
    const known = columns[place] !== undefined;
    const change = known ? `alter c${place} set data type` : `add column c${place}`;
    const made = columns.length === 0 ? `${into(target, true)} select null::${sqlType(kind)} as c0 limit 0` : undefined;
    await connection.run(made ?? `alter table ${table} ${change} ${sqlType(kind)}`);
    columns = known ? columns.with(place, { name, kind }) : [...columns, { name, kind }];
  }
  async function append(rows: Table): Promise<void> {
    for (const [place, column] of rows.columns.entries()) await grow(column, place);
    if (rows.rows === 0 || columns.length === 0) return;
    appender ??= await connection.createAppender(table);
    appendTable(appender, rows);
  }
  const end = (): readonly StagedColumn[] => {
    close();
    return columns;
  };
  return { append, end };
}

/** The wanted columns in the order in which they were asked for. */
async function chosen(
  target: Target,
  path: string,
  columns: readonly StagedColumn[],
  wanted: readonly string[] | undefined,
): Promise<readonly StagedColumn[]> {
  if (columns.length === 0) throw sourceProblem("SOURCE_EMPTY", path, "holds no object with a value.", "Write rows.");
  const positions = choosePositions(
    path,
    columns.map(({ name }) => name),
    wanted,
  );
  if (!wanted) return columns;
  const selected = positions.map((position, index) => `c${position} as c${index}`).join(", ");
  await target.connection.run(`${into(target, true)} select ${selected} from ${target.table}`);
  return positions.map((position) => columns[position]!);
}

const faults: Readonly<Record<JsonFault, readonly [string, string]>> = {
  "not-an-object": ["is not a JSON object", "Write one JSON object a line."],
  "too-deep": ["is nested too deeply", "Write objects of at most 32 levels."],
  twice: ["has two values of the same name", "Give each value a name of its own: a.b is also b within a."],
};

const faulty = (path: string, line: number, fault: JsonFault) =>
  sourceProblem("SOURCE_UNREADABLE", path, `line ${line} ${faults[fault][0]}.`, faults[fault][1]);

const mixedTypes = (path: string, line: number, { name, kind, firstLine }: MixedTypes) =>
  sourceProblem(
    "SOURCE_MIXED_TYPES",
    path,
    `line ${line} has ${kind === "number" ? "a text" : "a number"} in ${JSON.stringify(name)}, which is a ${kind} in ${firstLine}.`,
    "Write the values of one name as one type.",
  );
