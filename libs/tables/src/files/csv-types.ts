import type { DuckDBConnection } from "@duckdb/node-api";
import { firstRow } from "../duckdb/open-database.js";
import { pathLiteral } from "../duckdb/sql.js";
import { dialect, type CsvFile, type CsvDialect } from "./csv-dialect.js";

export type CsvType = "DOUBLE" | "DATE" | "TIMESTAMP" | "VARCHAR";

/** What the columns of a file are taken for; one form of dates and one of times in all of it. */
export interface CsvTypes {
  readonly types: readonly CsvType[];
  readonly dateFormat?: string;
  readonly timestampFormat?: string;
}

/** What DuckDB takes each column for; text where it cannot make sense of the file, so that reading says where it is wrong. */
export async function detectTypes(
  connection: DuckDBConnection,
  file: CsvFile,
  options: CsvDialect,
  sample: number,
): Promise<CsvTypes> {
  const sql = `select Columns, DateFormat, TimestampFormat from sniff_csv(${pathLiteral(file.readable)},
    sample_size=${sample}, auto_type_candidates=[${candidates(options)}], ${dialect(file, options)})`;
  const found = await firstRow(connection, sql).catch(() => []);
  const [columns, dateFormat, timestampFormat] = found as [{ type: string }[]?, string?, string?];
  const fits = columns?.length === file.names.length;
  return {
    types: file.names.map((_, index) => (fits ? storedType(columns[index]!.type) : "VARCHAR")),
    dateFormat: dateFormat ?? undefined,
    timestampFormat: timestampFormat ?? undefined,
  };
}

// Numbers with a decimal comma are told from texts once they are read: DuckDB would take 1.234 for a fraction.
const candidates = ({ decimal }: CsvDialect): string =>
  decimal === "," ? "'DATE','TIMESTAMP','VARCHAR'" : "'BIGINT','DOUBLE','DATE','TIMESTAMP','VARCHAR'";

const storedType = (type: string): CsvType =>
  type === "BIGINT"
    ? "DOUBLE"
    : ((["DOUBLE", "DATE", "TIMESTAMP"] as const).find((known) => known === type) ?? "VARCHAR");

/**
 * One type for a column of several files. Where one file has no opinion, the other's is tried; a type that then does not hold
 * for every row gives way to text when the rows are read.
 */
export function mergeTypes(all: readonly CsvTypes[]): CsvTypes {
  const dateFormat = onlyOne(all.map((types) => types.dateFormat));
  const timestampFormat = onlyOne(all.map((types) => types.timestampFormat));
  const types = all[0]!.types.map((_, index) => mergedType(all.map(({ types }) => types[index]!)));
  return { types, dateFormat, timestampFormat };
}

function mergedType(types: readonly CsvType[]): CsvType {
  const opinions = [...new Set(types.filter((type) => type !== "VARCHAR"))];
  if (opinions.length === 1) return opinions[0]!;
  return opinions.length === 2 && !opinions.includes("DOUBLE") ? "TIMESTAMP" : "VARCHAR";
}

const onlyOne = (formats: readonly (string | undefined)[]): string | undefined => formats.find((format) => format);
