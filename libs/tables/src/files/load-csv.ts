import { literal, pathLiteral } from "../duckdb/sql.js";
import { firstRow } from "../duckdb/open-database.js";
import type { StagedColumn } from "../staging/row-sink.js";
import { dialect, type CsvDialect, type CsvFile } from "./csv-dialect.js";
import { csvProblem } from "./csv-problem.js";
import { detectTypes, mergeTypes, type CsvType, type CsvTypes } from "./csv-types.js";
import { into, type Target } from "./load-target.js";
import { settleTexts } from "./settle-texts.js";

// Types are guessed from so many rows; the guess is checked by reading all of them, and made again from all where it fails.
const SAMPLE_ROWS = 20_480;
const ALL_ROWS = -1;

/** The names that all files have; each file may have them in its own order. */
export async function loadCsv(
  target: Target,
  files: readonly CsvFile[],
  names: readonly string[],
  options: CsvDialect,
): Promise<readonly StagedColumn[]> {
  const types = await loadTyped(target, files, names, options);
  const columns = names.map((name, index) => ({ name, kind: types[index] === "VARCHAR" ? "text" : "number" }) as const);
  return settleTexts(target, columns, options);
}

async function loadTyped(
  target: Target,
  files: readonly CsvFile[],
  names: readonly string[],
  options: CsvDialect,
): Promise<readonly CsvType[]> {
  const detected = (sample: number) => typesOf(target, files, names, options, sample);
  const guess = await detected(SAMPLE_ROWS);
  const wrong = await createFrom(target, files, names, options, guess);
  if (wrong === undefined && !(await startsEmpty(target, guess.types))) return guess.types;
  let types = await detected(ALL_ROWS);
  for (;;) {
    const wrong = await createFrom(target, files, names, options, types);
    if (wrong === undefined) return types.types;
    types = { ...types, types: types.types.with(wrong, "VARCHAR") };
  }
}

async function typesOf(
  { connection }: Target,
  files: readonly CsvFile[],
  names: readonly string[],
  options: CsvDialect,
  sample: number,
): Promise<CsvTypes> {
  const all: CsvTypes[] = [];
  for (const file of files) {
    const found = await detectTypes(connection, file, options, sample);
    all.push({ ...found, types: names.map((name) => found.types[file.names.indexOf(name)]!) });
  }
  return mergeTypes(all);
}

/** A column that says nothing in the sample and something after it has been guessed blindly. */
async function startsEmpty({ connection, table }: Target, types: readonly CsvType[]): Promise<boolean> {
  const texts = types.flatMap((type, index) => (type === "VARCHAR" ? [`c${index}`] : []));
  if (texts.length === 0) return false;
  const blind = texts.map((text) => `(count(${text}) > 0 and count(${text}) filter (rowid < ${SAMPLE_ROWS}) = 0)`);
  const [found] = await firstRow(connection, `select ${blind.join(" or ")} from ${table}`);
  return found === true;
}

/** Creates the table from all files; gives the place of a column whose type does not hold for every cell, if there is one. */
async function createFrom(
  target: Target,
  files: readonly CsvFile[],
  names: readonly string[],
  options: CsvDialect,
  types: CsvTypes,
): Promise<number | undefined> {
  for (const [index, file] of files.entries()) {
    try {
      await target.connection.run(
        `${into(target, index === 0)} select ${selected(file, names, types)} from ${readCsv(file, names, options, types)}`,
      );
    } catch (cause) {
      const place = wrongType(file, names, cause as Error);
      if (place === undefined || types.types[place] === "VARCHAR") throw csvProblem(file.path, cause);
      return place;
    }
  }
  return undefined;
}

/** DuckDB detects 0x10 as an integer and then cannot read it as one. */
function wrongType(file: CsvFile, names: readonly string[], { message }: Error): number | undefined {
  const position = /Error when converting column "c(\d+)"/.exec(message)?.[1];
  return position === undefined ? undefined : names.indexOf(file.names[Number(position)]!);
}

function selected(file: CsvFile, names: readonly string[], { types }: CsvTypes): string {
  const columns = names.map((name, index) => {
    const column = `c${file.names.indexOf(name)}`;
    const isTime = types[index] === "DATE" || types[index] === "TIMESTAMP";
    return `${isTime ? `epoch_ms(${column})::double` : column} as c${index}`;
  });
  return columns.join(", ");
}

function readCsv(file: CsvFile, names: readonly string[], options: CsvDialect, types: CsvTypes): string {
  const typed = file.names.map((name, index) => `c${index}: '${types.types[names.indexOf(name)] ?? "VARCHAR"}'`);
  const settings = [
    `auto_detect=false, columns={${typed.join(", ")}}`,
    dialect(file, options),
    ...(types.dateFormat ? [`dateformat=${literal(types.dateFormat)}`] : []),
    ...(types.timestampFormat ? [`timestampformat=${literal(types.timestampFormat)}`] : []),
  ];
  return `read_csv(${pathLiteral(file.readable)}, ${settings.join(", ")})`;
}
