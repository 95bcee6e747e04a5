import { firstRow } from "../duckdb/open-database.js";
import { literal } from "../duckdb/sql.js";
import type { StagedColumn } from "../staging/row-sink.js";
import type { Target } from "./load-target.js";

const FIRST_ROWS = 2_048;
const DATE = String.raw`\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?`;

/** JSON has no dates: a column whose texts are all dates as ISO 8601 writes them is one of milliseconds, as in a CSV file. */
export async function settleDates(target: Target, columns: readonly StagedColumn[]): Promise<readonly StagedColumn[]> {
  const settled = [...columns];
  for (const [index, column] of columns.entries()) {
    if (column.kind !== "text" || !(await allDates(target, index))) continue;
    const ms = `epoch_ms(c${index}::timestamp)::double`;
    await target.connection.run(`alter table ${target.table} alter c${index} set data type double using ${ms}`);
    settled[index] = { ...column, kind: "number" };
  }
  return settled;
}

async function allDates({ connection, table }: Target, index: number): Promise<boolean> {
  const c = `c${index}`;
  const isDate = `regexp_full_match(${c}, ${literal(DATE)}) and try_cast(${c} as timestamp) is not null`;
  for (const limit of [`limit ${FIRST_ROWS}`, ""]) {
    const [all] = await firstRow(
      connection,
      `select bool_and(${isDate}) from (select ${c} from ${table} where ${c} is not null ${limit})`,
    );
    if (all === false || (all === null && limit === "")) return false;
  }
  return true;
}
