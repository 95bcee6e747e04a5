import { resolve } from "node:path";
import type { Table } from "@millrace/contracts";
import { CommandProblem, exitCodes } from "./exit-code.js";

/** Reads a data file of the person at the keyboard. The reader is loaded only here: other commands start at once. */
export async function readData(file: string, cwd: string): Promise<Table> {
  const { openTables } = await import("@millrace/tables");
  const tables = await openTables();
  try {
    return await tables.readTable(resolve(cwd, file));
  } finally {
    tables.close();
  }
}

export function requireColumn(table: Table, name: string, file: string): void {
  if (table.columns.some((column) => column.name === name)) return;
  throw new CommandProblem(exitCodes.usage, {
    code: "TARGET_UNKNOWN",
    where: file,
    message: `there is no column ${JSON.stringify(name)}.`,
    remedy: `Name one of ${table.columns.map((column) => column.name).join(", ")}.`,
  });
}
