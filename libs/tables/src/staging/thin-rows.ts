import { streamChunks } from "../duckdb/stream-chunks.js";
import { firstRow } from "../duckdb/open-database.js";
import { choose, noRows, isChosenSql, setChosen } from "./chosen-rows.js";
import { asTable, countRows, positionOf, type StagedRows } from "./staged-rows.js";
import { readNumbers } from "../duckdb/vectors.js";
import duckdb from "@duckdb/node-bindings";

/** Of rows with the same key only the newest stays; rows that lack a part of their key cannot be told apart and all stay. */
export async function keepNewest(staged: StagedRows, key: readonly string[], order?: string): Promise<number> {
  const keys = key.map((name) => `c${positionOf(staged, name, "key")}`);
  const newest = order === undefined ? "max(rowid)" : newestBy(staged, order);
  const whole = keys.map((name) => `${name} is not null`).join(" and ");
  return keepOnly(
    staged,
    `select ${newest}::double from staged where ${whole} group by ${keys.join(", ")}
     union all select rowid::double from staged where not (${whole})`,
  );
}

/** Among equals the last one read is the newest; a missing value is the oldest. */
function newestBy(staged: StagedRows, order: string): string {
  const position = positionOf(staged, order, "order");
  const oldest = staged.columns[position]!.kind === "text" ? "''" : "'-infinity'::double";
  return `arg_max(rowid, {'by': coalesce(c${position}, ${oldest}), 'row': rowid})`;
}

/** Rows in which the column is missing stay: they are below nothing. */
export const dropBelow = (staged: StagedRows, column: string, from: number): Promise<number> => {
  const name = `c${positionOf(staged, column, "column")}`;
  return keepOnly(staged, `select rowid::double from staged where ${name} is null or ${name} >= ${from}`);
};

async function keepOnly(staged: StagedRows, rowids: string): Promise<number> {
  const connection = await asTable(staged);
  const before = await countRows(staged);
  const kept = noRows(before);
  const places = new Float64Array(duckdb.vector_size());
  let count = 0;
  for await (const chunk of streamChunks(connection, rowids)) {
    readNumbers(chunk, 0, places, 0);
    const { rowCount } = chunk;
    for (let row = 0; row < rowCount; row++) choose(kept, places[row]!);
    count += rowCount;
  }
  if (count < before) await keepChosen(staged, kept);
  return before - count;
}

/** Writes the table anew: rowids stay without gaps, and the rows' numbers in the source go along as `r`. */
async function keepChosen(staged: StagedRows, kept: Uint8Array): Promise<void> {
  const connection = await staged.connect();
  await setChosen(connection, kept);
  const names = staged.columns.map((_, index) => `c${index}`).join(", ");
  const number = staged.thinned ? "r" : "rowid + 1 as r";
  await connection.run(`create table kept as select ${names}, ${number} from staged where ${isChosenSql(true)}`);
  await connection.run("drop table staged");
  await connection.run("alter table kept rename to staged");
  staged.thinned = true;
  staged.test = undefined;
  staged.numbers = undefined;
}

export async function largest(staged: StagedRows, column: string): Promise<number | string | undefined> {
  const [value] = await firstRow(
    await asTable(staged),
    `select max(c${positionOf(staged, column, "column")}) from staged`,
  );
  return (value ?? undefined) as number | string | undefined;
}
