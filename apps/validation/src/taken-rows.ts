import type { Column, Table } from "@millrace/contracts";
import { columnOfCells } from "./sample-rows.js";
import type { Side, Tally } from "./tally.js";

interface Why {
  readonly side: Side;
  readonly number: number;
  readonly reasons: readonly Tally[];
}

type Cell = number | string | undefined;

/** Collects rows that are kept apart: their source's row number, their side and why, then their values. */
export function openTakenRows() {
  const columns = new Map<string, { kind: Column["kind"]; cells: Cell[] }>();
  const whys: Why[] = [];

  return {
    add({ columns: from }: Table, row: number, why: Why): void {
      for (const column of from) {
        if (!columns.has(column.name)) columns.set(column.name, { kind: column.kind, cells: [] });
        columns.get(column.name)!.cells.push(cellOf(column, row));
      }
      whys.push(why);
    },
    /** Undefined where there are none. */
    table(): Table | undefined {
      if (whys.length === 0) return undefined;
      const about = [
        columnOfCells(
          free("row", columns),
          "number",
          whys.map(({ number }) => number),
        ),
        columnOfCells(
          free("side", columns),
          "text",
          whys.map(({ side }) => side),
        ),
        columnOfCells(
          free("reasons", columns),
          "text",
          whys.map(({ reasons }) => reasonsText(reasons)),
        ),
      ];
      const values = [...columns].map(([name, { kind, cells }]) => columnOfCells(name, kind, cells));
      return { rows: whys.length, columns: [...about, ...values] };
    },
  };
}

const reasonsText = (reasons: readonly Tally[]): string =>
  reasons.map(({ code, column }) => `${code} ${column}`).join("; ");

const cellOf = (column: Column, row: number): Cell =>
  column.kind === "text" ? column.dictionary[column.codes[row]!] : column.values[row]!;

/** Names that differ in nothing but case would be one to those who read Parquet by SQL. */
function free(name: string, columns: ReadonlyMap<string, unknown>): string {
  const taken = new Set([...columns.keys()].map((each) => each.toLowerCase()));
  return taken.has(name) ? free(`millrace_${name}`, columns) : name;
}
