import type { DuckDBConnection } from "@duckdb/node-api";
import type { Table } from "@millrace/contracts";
import { choosePositions } from "./choose-columns.js";
import { readCsvHeader, type CsvHeader } from "./csv-header.js";
import { csvProblem } from "./csv-problem.js";
import { materialise, type SourceColumn } from "./materialise.js";
import { literal, pathLiteral } from "./sql.js";
import { missingTokens, readTexts } from "./text-as-numbers.js";

type CsvType = "DOUBLE" | "DATE" | "TIMESTAMP" | "VARCHAR";

interface CsvTypes {
  readonly types: CsvType[];
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
}

// Types are guessed from so many rows; the guess is checked by reading all of them, and made again from all where it fails.
const SAMPLE_ROWS = 20_480;
const ALL_ROWS = -1;

/** Reads a CSV file. The same file gives the same table, whatever the sample and the number of threads. */
export async function readCsv(connection: DuckDBConnection, path: string, wanted?: readonly string[]): Promise<Table> {
  const header = await readCsvHeader(path);
  const positions = choosePositions(path, header.names, wanted);
  const read = (types: CsvTypes) => readAs(connection, path, header, positions, types);
  const table = await read(await detectTypes(connection, path, header, SAMPLE_ROWS)).catch(() => undefined);
  if (table && !startsEmpty(table)) return finish(table);
  return finish(await readUntilTyped(path, read, await detectTypes(connection, path, header, ALL_ROWS)));
}

const finish = (table: Table): Table => ({
  rows: table.rows,
  columns: table.columns.map((column) => (column.kind === "text" ? readTexts(column) : column)),
});

/** A column that says nothing in the sample and something after it has been guessed blindly. */
const startsEmpty = (table: Table): boolean =>
  table.rows > SAMPLE_ROWS &&
  table.columns.some(
    (column) =>
      column.kind === "text" &&
      column.dictionary.length > 0 &&
      column.codes.subarray(0, SAMPLE_ROWS).every((code) => code < 0),
  );

/** A column whose detected type does not hold for every cell (DuckDB detects 0x10 as an integer) is text. */
async function readUntilTyped(
  path: string,
  read: (types: CsvTypes) => Promise<Table>,
  detected: CsvTypes,
): Promise<Table> {
  try {
    return await read(detected);
  } catch (cause) {
    const position = Number(/Error when converting column "c(\d+)"/.exec((cause as Error).message)?.[1] ?? -1);
    if (detected.types[position] === undefined || detected.types[position] === "VARCHAR") throw csvProblem(path, cause);
    return readUntilTyped(path, read, { ...detected, types: detected.types.with(position, "VARCHAR") });
  }
}

/** What DuckDB takes each column for; text where it cannot make sense of the file, so that reading says where it is wrong. */
async function detectTypes(
  connection: DuckDBConnection,
  path: string,
  header: CsvHeader,
  sample: number,
): Promise<CsvTypes> {
  const candidates = "auto_type_candidates=['BIGINT','DOUBLE','DATE','TIMESTAMP','VARCHAR']";
  const sql = `select Columns, DateFormat, TimestampFormat from sniff_csv(${pathLiteral(path)}, sample_size=${sample}, ${candidates}, ${dialect(header)})`;
  const rows = await connection.runAndReadAll(sql).then(
    (reader) => reader.getRowsJS(),
    () => [],
  );
  const [columns, dateFormat, timestampFormat] = (rows[0] ?? []) as unknown as [{ type: string }[]?, string?, string?];
  const fits = columns?.length === header.names.length;
  return {
    types: header.names.map((_, index) => (fits ? storedType(columns[index]!.type) : "VARCHAR")),
    dateFormat: dateFormat ?? undefined,
    timestampFormat: timestampFormat ?? undefined,
  };
}

const storedType = (type: string): CsvType =>
  type === "BIGINT"
    ? "DOUBLE"
    : ((["DOUBLE", "DATE", "TIMESTAMP"] as const).find((known) => known === type) ?? "VARCHAR");

const dialect = ({ delimiter }: CsvHeader): string =>
  [
    `delim=${literal(delimiter)}`,
    `quote='"', escape='"', comment='', header=true, skip=0, strict_mode=true, null_padding=false, hive_partitioning=false`,
    `nullstr=[${["", " ", ...missingTokens].map(literal).join(",")}]`,
  ].join(", ");

function readAs(
  connection: DuckDBConnection,
  path: string,
  header: CsvHeader,
  positions: readonly number[],
  detected: CsvTypes,
): Promise<Table> {
  const { types, dateFormat, timestampFormat } = detected;
  const options = [
    `auto_detect=false, columns={${types.map((type, index) => `c${index}: '${type}'`).join(", ")}}`,
    dialect(header),
    ...(dateFormat ? [`dateformat=${literal(dateFormat)}`] : []),
    ...(timestampFormat ? [`timestampformat=${literal(timestampFormat)}`] : []),
  ];
  const columns = positions.map((position) => csvColumn(header.names[position]!, position, types[position]!));
  return materialise(connection, `read_csv(${pathLiteral(path)}, ${options.join(", ")})`, columns);
}

function csvColumn(name: string, position: number, type: CsvType): SourceColumn {
  const column = `c${position}`;
  if (type === "VARCHAR") return { name, kind: "text", sql: column };
  return { name, kind: "number", sql: type === "DOUBLE" ? column : `epoch_ms(${column})::double` };
}
