import { resolve } from "node:path";
import { ProblemError, type Column, type CsvOptions, type Table } from "@millrace/contracts";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface DataRead {
  readonly table: Table;
  /** What had to be said of a CSV file to read it, and why: nothing where it is an ordinary one. */
  readonly csv: Partial<Pick<CsvOptions, "encoding" | "decimal">>;
  readonly notes: readonly string[];
}

/** Reads a data file of the person at the keyboard. The reader is loaded only here: other commands start at once. */
export async function readData(file: string, cwd: string): Promise<DataRead> {
  const { openTables } = await import("@millrace/tables");
  const tables = await openTables();
  try {
    return await readGuessing((csv) => tables.readTable(resolve(cwd, file), { csv }));
  } finally {
    tables.close();
  }
}

type Read = (csv: DataRead["csv"]) => Promise<Table>;

async function readGuessing(read: Read): Promise<DataRead> {
  const { encoding, table } = await readEncoded(read);
  const notes = encoding === undefined ? [] : [`the file is not UTF-8; it is read as ${encoding}`];
  const found = encoding === undefined ? {} : { encoding };
  if (!hasDecimalCommas(table)) return { table, csv: found, notes };
  const csv = { ...found, decimal: "," as const };
  return { table: await read(csv), csv, notes: [...notes, "numbers in it have a decimal comma: 1.234,5 is 1234.5"] };
}

async function readEncoded(read: Read): Promise<{ table: Table; encoding?: CsvOptions["encoding"] }> {
  try {
    return { table: await read({}) };
  } catch (error) {
    const { code, message } = error instanceof ProblemError ? error.problem : {};
    if (code !== "SOURCE_UNREADABLE" || !/is (not UTF-8|UTF-16|binary or UTF-16)/.test(message ?? "")) throw error;
    const encoding = message!.includes("UTF-16") ? "utf-16" : "windows-1252";
    const table = await read({ encoding }).catch(() => Promise.reject(error));
    return { table, encoding };
  }
}

const COMMA_NUMBER = /^\s*[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?\s*$/;

/** Texts that are all numbers with a decimal comma, and no number with a point beside them, which then would mean another. */
function hasDecimalCommas({ columns }: Table): boolean {
  const isComma = (column: Column) =>
    column.kind === "text" &&
    column.dictionary.length > 0 &&
    column.dictionary.some((text) => text.includes(",")) &&
    column.dictionary.every((text) => COMMA_NUMBER.test(text));
  const hasPoint = (column: Column) =>
    column.kind === "number" && column.values.some((value) => !Number.isNaN(value) && !Number.isInteger(value));
  return columns.some(isComma) && !columns.some(hasPoint);
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
