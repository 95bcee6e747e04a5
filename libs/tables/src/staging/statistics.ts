import type { ColumnDescription } from "../describe-columns.js";
import { firstRow } from "../duckdb/open-database.js";
import { scanRows } from "./scan-rows.js";
import { countRows, type StagedRows } from "./staged-rows.js";

/** What each column holds, over all rows. A split has found the numbers already; otherwise it takes a pass of its own. */
export async function statistics(staged: StagedRows): Promise<readonly ColumnDescription[]> {
  const numbers = staged.numbers ?? (await scanRows(staged, await countRows(staged), { seed: 0 })).numbers;
  const texts = await describedTexts(staged);
  return staged.columns.map(({ name, kind }, index) =>
    kind === "number" ? { name, kind, ...numbers.get(index)!.described() } : { name, kind, ...texts.get(index)! },
  );
}

async function describedTexts({ connection, columns }: StagedRows) {
  const places = columns.flatMap(({ kind }, index) => (kind === "text" ? [index] : []));
  if (places.length === 0) return new Map<number, { missing: number; distinct: number }>();
  const asked = places.map((place) => `count(*) - count(c${place}), count(distinct c${place})`);
  const row = await firstRow(connection, `select ${asked.join(", ")} from staged`);
  return new Map(
    places.map((place, at) => [place, { missing: Number(row[2 * at]), distinct: Number(row[2 * at + 1]) }]),
  );
}
